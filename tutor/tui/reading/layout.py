"""One block of a lesson's text in one language, as lines of a given width."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tutor.course.blocks import (
    Block,
    CodeBlock,
    ExerciseRef,
    Figure,
    Heading,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    RunBlock,
    Span,
    Spans,
    Table,
)
from tutor.i18n import Language, message, translate
from tutor.i18n.width import cells
from tutor.i18n.wrap import Line, Run, wrap
from tutor.tui.looks import EMPTY, Look, StyledLine, StyledRun, line, run
from tutor.tui.reading.table import table_lines
from tutor.tui.signs import Signs

TaskOf = Callable[[str, Language], Sequence[Spans]]
"""The task of an exercise, by its name, as paragraphs."""

NOTE_LABELS = {'note': message('Note'), 'tip': message('Tip'), 'warning': message('Careful')}


@dataclass
class Numbering:
    """Counts the commands of a page, so that Alt+1…9 and a click know them."""

    commands: list[str] = field(default_factory=list)

    def number(self, command: str) -> int:
        """The number of a command; the same command keeps its number."""
        if command not in self.commands:
            self.commands.append(command)
        return self.commands.index(command) + 1


@dataclass
class Layouter:
    """Lays out blocks in one language."""

    language: Language
    signs: Signs
    numbering: Numbering
    task_of: TaskOf
    dim: bool = False

    # -- blocks -------------------------------------------------------------------------------------------------

    def blocks(self, blocks: Iterable[Block], width: int) -> list[StyledLine]:
        """Blocks with an empty line between them; items of a tight list stand close."""
        lines: list[StyledLine] = []
        for block in blocks:
            if lines:
                lines.append(EMPTY)
            lines.extend(self.block(block, width))
        return lines

    def block(self, block: Block, width: int) -> list[StyledLine]:
        match block:
            case Heading():
                return self.running(block.spans, width, 'heading')
            case Paragraph():
                return self.running(block.spans, width)
            case CodeBlock():
                return self.code(block, width)
            case RunBlock():
                return [found for command in block.commands for found in self.command(command, width)]
            case Figure():
                return [line(self._run(text, 'figure')) for text in block.lines]
            case Table():
                return table_lines(block, width, self.cell, self.signs.dash)
            case ListBlock():
                return self.list(block, width)
            case Quote():
                return self.barred(self.blocks(block.blocks, width - 2), 'edge')
            case Note():
                return self.note(block, width)
            case ExerciseRef():
                return self.task(block.name, width)

    # -- running text -------------------------------------------------------------------------------------------

    def running(self, spans: Spans, width: int, name: str = 'text') -> list[StyledLine]:
        return list(wrap((self._span(span, name) for span in spans), width))

    def _span(self, span: Span, name: str) -> StyledRun:
        if span.link:
            return Run(span.text, Look('link', span.bold, self.dim, f'app.open_link({span.link!r})'))
        if span.code:
            return Run(span.text, Look('code', span.bold, self.dim))
        return Run(span.text, Look('strong' if span.bold and name == 'text' else name, span.bold, self.dim))

    def _run(self, text: str, name: str) -> StyledRun:
        return Run(text, Look(name, dim=self.dim))

    def cell(self, spans: Spans, width: int, heading: bool) -> list[StyledLine]:
        """A cell of a table."""
        return self.running(spans, width, 'heading' if heading else 'text')

    # -- what is set apart --------------------------------------------------------------------------------------

    def code(self, block: CodeBlock, width: int) -> list[StyledLine]:
        from tutor.tui.reading.code import coloured
        lines: list[StyledLine] = []
        for source in coloured(block.text.rstrip('\n'), block.language):
            lines.extend(hard_wrap(source, width - 2))
        return self.barred(lines, 'edge')

    def command(self, command: str, width: int) -> list[StyledLine]:
        """`▸1 kubectl get pods`; the further lines of a heredoc stand under it."""
        number = self.numbering.number(command)
        action = f'screen.type_command({number})'
        head = f'{self.signs.step}{number} '
        indent = ' ' * cells(head)
        lines: list[StyledLine] = []
        for text in command.split('\n'):
            for part in hard_wrap(line(run(text, 'command', action=action)), width - cells(head)):
                lead = run(head, 'key', action=action) if not lines else run(indent, action=action)
                lines.append(Line((lead, *part.runs)))
        return lines

    def list(self, block: ListBlock, width: int) -> list[StyledLine]:
        lines: list[StyledLine] = []
        loose = any(len(item) > 1 and not isinstance(item[1], ListBlock) for item in block.items)
        for number, item in enumerate(block.items, block.start):
            mark = f'{number}. ' if block.ordered else f'{self.signs.bullet} '
            if lines and loose:
                lines.append(EMPTY)
            lines.extend(self._item(item, mark, width))
        return lines

    def _item(self, item: Sequence[Block], mark: str, width: int) -> list[StyledLine]:
        indent = cells(mark)
        found: list[StyledLine] = []
        for block in item:
            if found and not isinstance(block, ListBlock):
                found.append(EMPTY)
            found.extend(self.block(block, width - indent))
        return [Line((self._run(mark if not index else ' ' * indent, 'accent'), *each.runs))
                for index, each in enumerate(found)]

    def barred(self, lines: Iterable[StyledLine], name: str) -> list[StyledLine]:
        return [Line((run(f'{self.signs.divider} ', name), *each.runs)) for each in lines]

    def note(self, block: Note, width: int) -> list[StyledLine]:
        name = 'warning' if block.kind == 'warning' else 'note'
        head = line(run(translate(self.language, NOTE_LABELS[block.kind]), name))
        return self.barred([head, *self.blocks(block.blocks, width - 2)], name)

    def task(self, name: str, width: int) -> list[StyledLine]:
        """`任务  创建 …`"""
        head = translate(self.language, 'Task')
        lines: list[StyledLine] = []
        for spans in self.task_of(name, self.language):
            lead = (Run(f'{head}  ', Look('note')),) if not lines else ()
            lines.extend(wrap((*lead, *(self._span(span, 'text') for span in spans)), width))
        return lines


def hard_wrap(source: StyledLine, width: int) -> list[StyledLine]:
    """Break a line of code at the edge, as a terminal does; what went over begins with two spaces."""
    if source.width <= width:
        return [source]
    lines: list[list[StyledRun]] = [[]]
    room = width
    for found in source.runs:
        for character in found.text:
            if cells(character) > room:
                lines.append([run('  ')])
                room = width - 2
            lines[-1].append(Run(character, found.look))
            room -= cells(character)
    return [Line(tuple(parts)) for parts in lines]
