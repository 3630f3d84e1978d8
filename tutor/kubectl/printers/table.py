"""The table printer: rows as the server made them, and the columns that flags add (cli-runtime's tableprinter)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tutor.apimachinery.duration import translate_timestamp
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.kubectl.printers.printer import Write

_BREAK = re.compile(r'[\f\n\r]').search
_PLAIN_COLUMNS = [{'name': 'Name', 'type': 'string', 'format': 'name', 'priority': 0},
                  {'name': 'Age', 'type': 'string', 'format': '', 'priority': 0}]


@dataclass(slots=True)
class TableOptions:
    """printers.PrintOptions."""

    no_headers: bool = False
    with_namespace: bool = False
    with_kind: bool = False
    wide: bool = False
    show_labels: bool = False
    column_labels: tuple[str, ...] = ()
    kind: Resource | None = None


def is_table(obj: Object) -> bool:
    return obj.get('kind') == 'Table' and 'columnDefinitions' in obj


class TablePrinter:
    """Prints Tables, and objects that are none with their name and age. Headers come once for the same columns."""

    def __init__(self, options: TableOptions, now: float) -> None:
        self._options = options
        self._now = now
        self._columns: list[Object] | None = None
        self._headed = False

    def print(self, obj: Object, write: Write, event: str = '') -> None:
        """One table; `event` is the type of a watch event that gets a column of its own."""
        table = obj if is_table(obj) else plain_table(obj, self._now)
        columns = table.get('columnDefinitions') or self._columns or []
        if columns != self._columns:
            self._columns, self._headed = columns, False
        rows = table.get('rows') or []
        if not rows:
            return
        options = self._options
        before, after = self._added(event)
        shown = [index for index, column in enumerate(columns) if options.wide or not column.get('priority')]
        name = self._name_column(columns)
        lines = []
        if not options.no_headers and not self._headed:
            names = [columns[index]['name'] for index in shown]
            lines.append('\t'.join([*before, *names, *after]).upper())
        self._headed = True
        for row in rows:
            lines.append(self._line(row, shown, name, event))
        write('\n'.join(lines) + '\n')

    def _added(self, event: str) -> tuple[list[str], list[str]]:
        options = self._options
        before = ['Event'] if event else []
        if options.with_namespace:
            before.append('Namespace')
        after = [label.rsplit('/', 1)[-1] for label in options.column_labels]
        if options.show_labels:
            after.append('Labels')
        return before, after

    def _name_column(self, columns: list[Object]) -> int:
        """The column that gets the kind before it, -1 for none."""
        if not self._options.with_kind or self._options.kind is None:
            return -1
        return next((index for index, column in enumerate(columns)
                     if column.get('format') == 'name' and column.get('type') == 'string'), -1)

    def _line(self, row: Object, shown: list[int], name: int, event: str) -> str:
        options = self._options
        cells = row['cells']
        texts = [cell_text(cells[index]) for index in shown if index < len(cells)]
        if name in shown and options.kind is not None:
            from tutor.kubectl.resource.info import kind_text
            texts[shown.index(name)] = f'{kind_text(options.kind)}/{texts[shown.index(name)]}'
        meta = (row.get('object') or {}).get('metadata') or {}
        if options.with_namespace:
            texts.insert(0, meta.get('namespace', ''))
        if event:
            texts.insert(0, event.upper().ljust(8))
        labels = meta.get('labels') or {}
        texts += [labels.get(label, '') for label in options.column_labels]
        if options.show_labels:
            texts.append(format_labels(labels))
        return '\t'.join(texts)


def plain_table(obj: Object, now: float) -> Object:
    """What is not a table is shown by name and age."""
    items = obj['items'] if isinstance(obj.get('items'), list) else [obj]
    rows = []
    for item in items:
        meta = item.get('metadata') or {}
        rows.append({'cells': [meta.get('name', ''), translate_timestamp(meta.get('creationTimestamp'), now)],
                     'object': item})
    return {'kind': 'Table', 'columnDefinitions': _PLAIN_COLUMNS, 'rows': rows}


def cell_text(cell: Any) -> str:
    """A cell up to its first line break."""
    if isinstance(cell, str):
        text = cell
        broken = _BREAK(text)
        if broken:
            text = text[:broken.start()] + '...'
        return text.replace('\x1b', '^[') if '\x1b' in text else text
    if cell is None:
        return ''
    from tutor.kubectl.printers.templates import go_text
    return go_text(cell)


def format_labels(labels: dict[str, str]) -> str:
    """labels.FormatLabels."""
    return ','.join(f'{key}={labels[key]}' for key in sorted(labels)) or '<none>'
