"""select: a menu on standard error, an answer from standard input, and the loop's body for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell import syntax
from tutor.shell.loops import loop_body, set_name
from tutor.shell.process import IO
from tutor.shell.programs.screen import visible_width

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

COLUMNS = 80
RIGHT = 2
TAB = 8


async def select(shell: Shell, node: syntax.Select, io: IO) -> int:
    """Ask until the body breaks off or the input ends (then 1)."""
    values = list(shell.positional) if node.words is None else await shell.expanded(node.words, io)
    status, ends, shows = 0, False, True
    while values and not ends:
        if shows:
            io.stderr.write(menu(values))
        prompt = shell.variables.get('PS3')
        io.stderr.write('#? ' if prompt is None else prompt)
        line = await io.stdin.readline()
        if not line:
            io.stdout.write('\n')
            return 1
        answer = line.decode('utf-8', 'replace').rstrip('\n')
        shows = not answer
        if shows:
            continue
        set_name(shell, 'REPLY', answer, io)
        place = int(answer) if answer.strip().isdigit() else 0
        set_name(shell, node.name, values[place - 1] if 0 < place <= len(values) else '', io)
        status, ends = await loop_body(shell, node.body, io)
    return status


def menu(values: list[str], columns: int = COLUMNS) -> str:
    """The numbered list, in columns as bash lays them out (print_select_list)."""
    digits = len(str(len(values)))
    widest = max(map(visible_width, values)) + digits + RIGHT + 1
    rows = len(values) if widest >= columns else -(-len(values) // max(columns // widest, 1))
    if rows == 1:
        rows = len(values)
    text = ''
    for row in range(rows):
        place = 0
        for number in range(row, len(values), rows):
            item = f'{number + 1:{digits}}) {values[number]}'
            end = place + visible_width(item)
            text += item
            if number + rows < len(values):
                text += _indent(end, place + widest)
            place += widest
        text += '\n'
    return text


def _indent(start: int, end: int) -> str:
    """Tabs and blanks from one column to another (bash's indent)."""
    text = ''
    while start < end:
        if end // TAB > start // TAB:
            text += '\t'
            start += TAB - start % TAB
        else:
            text += ' '
            start += 1
    return text
