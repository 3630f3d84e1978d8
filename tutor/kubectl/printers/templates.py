"""Printers that fill a template: JSONPath and Go templates."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.printers.printer import Printer, Write


def json_path_printer(template: str, allow_missing: bool, as_json: bool) -> Printer:
    from tutor.apimachinery.jsonpath import JSONPathError, parse
    try:
        return JsonPathPrinter(template, parse(template), allow_missing, as_json)
    except JSONPathError as error:
        raise KubectlError(f'error parsing jsonpath {template}, {error}\n') from None


def go_template_printer(template: str, allow_missing: bool) -> Printer:
    from tutor.apimachinery.gotemplate import TemplateError, parse
    try:
        return GoTemplatePrinter(template, parse(template, 'output', allow_missing))
    except TemplateError as error:
        raise KubectlError(f'error parsing template {template}, {error}\n') from None


class JsonPathPrinter:
    def __init__(self, template: str, parsed: Any, allow_missing: bool, as_json: bool) -> None:
        self._template = template
        self._parsed = parsed
        self._allow_missing = allow_missing
        self._as_json = as_json

    def print(self, obj: Object, write: Write) -> None:
        from tutor.apimachinery.jsonpath import JSONPathError
        try:
            write(self._parsed.render(obj, self._allow_missing, self._as_json))
        except JSONPathError as error:
            raise KubectlError(
                f'error executing jsonpath {go_quote(self._template)}: Error executing template: {error}. '
                'Printing more information for debugging the template:\n'
                f'\ttemplate was:\n\t\t{self._template}\n'
                f'\tobject given to jsonpath engine was:\n\t\t{go_syntax(obj)}\n\n\n') from None


class GoTemplatePrinter:
    def __init__(self, template: str, parsed: Any) -> None:
        self._template = template
        self._parsed = parsed

    def print(self, obj: Object, write: Write) -> None:
        from tutor.apimachinery.gotemplate import TemplateError
        try:
            write(self._parsed.render(obj))
        except TemplateError as error:
            write(f'{error.printed}Error executing template: {error}. '
                  'Printing more information for debugging the template:\n'
                  f'\ttemplate was:\n\t\t{self._template}\n'
                  f'\traw data was:\n\t\t{_raw(obj)}\n\tobject given to template engine was:\n\t\t{go_text(obj)}\n\n')
            raise KubectlError(f'error executing template {go_quote(self._template)}: {error}') from None


def _raw(obj: Object) -> str:
    from tutor.apimachinery.printing.json import to_json
    return to_json(obj, indent=None)


def go_text(value: Any) -> str:
    """fmt's %v of a JSON value."""
    if isinstance(value, dict):
        return f'map[{" ".join(f"{key}:{go_text(value[key])}" for key in sorted(value))}]'
    if isinstance(value, (list, tuple)):
        return f'[{" ".join(map(go_text, value))}]'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, float):
        from tutor.apimachinery.printing.yaml import format_float
        return format_float(value)
    return '<nil>' if value is None else str(value)


def go_syntax(value: Any) -> str:
    """fmt's %#v of a JSON value."""
    if isinstance(value, dict):
        inner = ', '.join(f'{go_quote(key)}:{go_syntax(value[key])}' for key in sorted(value))
        return f'map[string]interface {{}}{{{inner}}}'
    if isinstance(value, (list, tuple)):
        return f'[]interface {{}}{{{", ".join(map(go_syntax, value))}}}'
    if isinstance(value, str):
        return go_quote(value)
    return 'interface {}(nil)' if value is None else go_text(value)
