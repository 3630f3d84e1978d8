"""Go's text/template, as far as kubectl's `-o go-template` needs it."""

from tutor.apimachinery.gotemplate.evaluate import Template
from tutor.apimachinery.gotemplate.nodes import TemplateError

__all__ = ['Template', 'TemplateError', 'parse']


def parse(text: str, name: str = 'output', allow_missing: bool = True) -> Template:
    """Parse a template. Raises TemplateError with Go's words. Without `allow_missing`, a key that is not there is an
    error when the template is rendered."""
    return Template(text, name, allow_missing)
