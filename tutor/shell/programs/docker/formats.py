"""How docker prints tables, ages, sizes and what --format asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tutor.shell.process import IO
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.crictl.tables import TEMPLATE_FUNCTIONS, human_duration, human_size

MINIMUM, PADDING = 10, 3
SHORT = 12

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **TEMPLATE_FUNCTIONS, 'split': str.split, 'join': lambda words, between: between.join(words),
    'pad': lambda text, before, after: ' ' * before + text + ' ' * after if text else text,
    'truncate': lambda text, length: text[:length]}

Row = dict[str, str]


def table(columns: Sequence[tuple[str, str]], rows: list[Row], io: IO) -> None:
    """A table by (title, key), as Go's tabwriter sets it."""
    lines = [[title for title, _ in columns], *([row[key] for _, key in columns] for row in rows)]
    widths = [max(MINIMUM, max(len(line[place]) for line in lines) + PADDING) for place in range(len(columns) - 1)]
    for line in lines:
        io.stdout.write(''.join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)) + line[-1] + '\n')


def show(columns: Sequence[tuple[str, str]], rows: list[Row], form: str, io: IO) -> None:
    """The rows as a table, as JSON, or each by a Go template ('table …' with titles)."""
    if not form or form == 'table':
        table(columns, rows, io)
    elif form == 'json' or form == '{{json .}}':
        io.stdout.write(''.join(json.dumps(row, separators=(',', ':')) + '\n' for row in rows))
    else:
        template(form, columns, rows, io)


def template(form: str, columns: Sequence[tuple[str, str]], rows: list[Row], io: IO) -> None:
    from tutor.apimachinery.gotemplate import TemplateError, parse
    titled = form.startswith('table ')
    text = form.removeprefix('table ').replace('\\t', '\t').replace('\\n', '\n')
    try:
        compiled = parse(text, '', False, FUNCTIONS)
    except TemplateError as error:
        raise Complaint(f'failed to parse template: {error}', bare=True) from None
    try:
        rendered = [compiled.render(row) for row in rows]
    except TemplateError as error:
        raise Complaint(f'failed to execute template: {error}', bare=True) from None
    if titled:
        titles = {key: title for title, key in columns}
        cells = [compiled.render(titles).split('\t'), *(line.split('\t') for line in rendered)]
        widths = [max(MINIMUM, max(len(line[place]) for line in cells) + PADDING) for place in range(len(cells[0]))]
        rendered = [''.join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)).rstrip()
                    for line in cells]
    io.stdout.write(''.join(line + '\n' for line in rendered))


def binary_size(number: int) -> str:
    """go-units' BytesSize: four significant digits."""
    amount, units = float(number), ['B', 'KiB', 'MiB', 'GiB', 'TiB']
    while amount >= 1024 and len(units) > 1:
        amount /= 1024
        units.pop(0)
    return f'{amount:.4g}{units[0]}'


def inspected(found: list[dict[str, Any]], form: str, io: IO) -> None:
    """docker inspect: a JSON array, or a line for each by a template."""
    if not form:
        io.stdout.write(json.dumps(found, indent=4, ensure_ascii=False) + '\n')
        return
    if form in ('json', '{{json .}}'):
        io.stdout.write(json.dumps(found, separators=(',', ':'), ensure_ascii=False) + '\n')
        return
    from tutor.apimachinery.gotemplate import TemplateError, parse
    try:
        compiled = parse(form, '', False, FUNCTIONS)
        lines = [compiled.render(each) for each in found]
    except TemplateError as error:
        raise Complaint(f'template parsing error: {error}', bare=True) from None
    io.stdout.write(''.join(line + '\n' for line in lines))


def age(created: float, now: float) -> str:
    return human_duration(max(now - created, 0)) + ' ago'


def pairs(words: Iterable[str]) -> dict[str, str]:
    """'a=b' words as a mapping."""
    return {name: value for name, _, value in (word.partition('=') for word in words)}


def short_id(identity: str) -> str:
    return identity.removeprefix('sha256:')[:SHORT]


def size(number: int) -> str:
    return human_size(number)
