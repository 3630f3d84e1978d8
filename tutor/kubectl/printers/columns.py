"""-o custom-columns: a table whose columns are JSONPath expressions (get.CustomColumnsPrinter)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.jsonpath import JSONPathError, parse
from tutor.apimachinery.jsonpath.relaxed import relaxed
from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.printers.print_flags import COLUMNS, split_format
from tutor.kubectl.printers.printer import Printer, Write
from tutor.kubectl.printers.tabwriter import new_table_writer
from tutor.kubectl.printers.templates import go_text

_FORM = 'Expected format is one line of space separated headers, one line of space separated column specs.'


def columns_printer(factory: Factory, output: str) -> Printer | None:
    """The printer, or None when -o does not ask for columns; raises KubectlError for bad columns."""
    name, spec = split_format(output, factory.flags.get('template') or '', COLUMNS)
    if name not in COLUMNS:
        return None
    if not spec:
        raise KubectlError('custom-columns format specified but no custom columns given')
    try:
        if name == 'custom-columns-file':
            return ColumnsPrinter(_from_file(factory, spec), False)  # a file has headers, whatever --no-headers says
        return ColumnsPrinter(_from_spec(spec), factory.flags.get('no-headers', False))
    except JSONPathError as error:
        raise KubectlError(str(error)) from None


def _from_spec(spec: str) -> list[tuple[str, str]]:
    pairs = []
    for part in spec.split(','):
        header, colon, path = part.partition(':')
        if not colon:
            raise KubectlError(f'unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>')
        pairs.append((header, relaxed(path)))
    return pairs


def _from_file(factory: Factory, path: str) -> list[tuple[str, str]]:
    try:
        lines = factory.read(path).decode('utf-8', 'replace').splitlines()
    except KubectlError as error:
        raise KubectlError(f'error reading template {path}, {error}\n') from None
    if not lines:
        raise KubectlError(f'invalid template, missing header line. {_FORM}')
    if len(lines) < 2:
        raise KubectlError(f'invalid template, missing spec line. {_FORM}')
    headers, specs = lines[0].split(), lines[1].split()
    if len(headers) != len(specs):
        raise KubectlError(f"number of headers ({len(headers)}) and field specifications ({len(specs)}) don't match")
    return [(header, relaxed(path)) for header, path in zip(headers, specs, strict=True)]


class ColumnsPrinter:
    """CustomColumnsPrinter: its paths are parsed when the headers are written."""

    def __init__(self, columns: list[tuple[str, str]], no_headers: bool) -> None:
        self._columns = columns
        self._headed = no_headers

    def print(self, obj: Object, write: Write) -> None:
        table = new_table_writer()
        if not self._headed:
            self._headed = True
            table.write('\t'.join(header for header, _ in self._columns) + '\n')
        is_list = isinstance(obj.get('items'), list) and obj.get('kind', '').endswith('List')
        try:
            paths = [parse(path) for _, path in self._columns]
            for item in obj['items'] if is_list else [obj]:
                table.write('\t'.join(_cell(path, item) for path in paths) + '\n')
        except JSONPathError as error:
            raise KubectlError(str(error)) from None
        finally:
            write(table.flush())


def _cell(parsed: Any, obj: Object) -> str:
    found = parsed.find(obj)
    values = [] if found and found[0] else ['<none>']
    values += [go_text(value) for results in found for value in results]
    return ','.join(values)
