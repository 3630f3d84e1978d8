"""Go's text/template, as far as kubectl's `-o go-template` needs it."""

from collections.abc import Callable, Mapping
from typing import Any

from tutor.apimachinery.gotemplate.evaluate import Template
from tutor.apimachinery.gotemplate.nodes import TemplateError

__all__ = ['Template', 'TemplateError', 'parse']


def parse(text: str, name: str = 'output', allow_missing: bool = True,
          functions: Mapping[str, Callable[..., Any]] | None = None) -> Template:
    """Parse a template. Raises TemplateError with Go's words. Without `allow_missing`, a key that is not there is an
    error when the template is rendered. `functions` are those besides Go's and kubectl's."""
    return Template(text, name, allow_missing, functions or {})
