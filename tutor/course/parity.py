"""Whether the two languages of a lesson stand level: the same blocks in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.course.blocks import (
    Block,
    CodeBlock,
    ExerciseRef,
    Figure,
    Heading,
    ListBlock,
    Note,
    Quote,
    RunBlock,
    Table,
)
from tutor.course.words import Text
from tutor.i18n.width import cells

Difference = tuple[int, int, Text]
"""A line of zh.md, a line of en.md, and what differs there."""

NAMES: dict[str, Text] = {
    'Heading': Text(zh='标题', en='a heading'), 'Paragraph': Text(zh='段落', en='a paragraph'),
    'CodeBlock': Text(zh='代码块', en='a code block'), 'RunBlock': Text(zh='命令块', en='a run block'),
    'Figure': Text(zh='图', en='a figure'), 'Table': Text(zh='表格', en='a table'),
    'ListBlock': Text(zh='列表', en='a list'), 'Quote': Text(zh='引用', en='a quote'),
    'Note': Text(zh='提示框', en='a note'), 'ExerciseRef': Text(zh='练习', en='an exercise'),
}


def differences(zh: Sequence[Block], en: Sequence[Block]) -> Iterator[Difference]:
    """Where they part. After a block of another type the rest cannot be compared."""
    for left, right in zip(zh, en, strict=False):
        if type(left) is not type(right):
            one, other = NAMES[type(left).__name__], NAMES[type(right).__name__]
            yield left.line, right.line, Text(
                zh=f'中文是{one.zh}，英文是{other.zh}', en=f'the Chinese has {one.en}, the English {other.en}')
            return
        yield from _block(left, right)
    if len(zh) != len(en):
        longer = zh if len(zh) > len(en) else en
        extra = longer[min(len(zh), len(en))]
        which = Text(zh='中文', en='Chinese') if longer is zh else Text(zh='英文', en='English')
        yield extra.line, extra.line, Text(
            zh=f'{which.zh}从第 {extra.line} 行起多出内容', en=f'the {which.en} goes on from line {extra.line}')


def _block(left: Block, right: Block) -> Iterator[Difference]:
    lines = left.line, right.line
    match left, right:
        case Heading(), Heading() if left.level != right.level:
            yield *lines, Text(zh='标题级别不同', en='the headings have different levels')
        case CodeBlock(), CodeBlock() if (left.language, left.text) != (right.language, right.text):
            yield *lines, Text(zh='代码块不同', en='the code blocks differ')
        case RunBlock(), RunBlock() if (left.commands, left.fails) != (right.commands, right.fails):
            yield *lines, Text(zh='命令不同', en='the commands differ')
        case ExerciseRef(), ExerciseRef() if left.name != right.name:
            yield *lines, Text(zh='练习不同', en='the exercises differ')
        case Figure(), Figure():
            yield from _figure(left, right)
        case Table(), Table():
            if (len(left.header), len(left.rows)) != (len(right.header), len(right.rows)):
                yield *lines, Text(zh='表格的行列数不同', en='the tables have different sizes')
        case ListBlock(), ListBlock():
            yield from _list(left, right)
        case Note(), Note() if left.kind != right.kind:
            yield *lines, Text(zh='提示框类型不同', en='the notes are of different kinds')
        case (Quote(), Quote()) | (Note(), Note()):
            yield from differences(left.blocks, right.blocks)


def _list(left: ListBlock, right: ListBlock) -> Iterator[Difference]:
    if (left.ordered, left.start, len(left.items)) != (right.ordered, right.start, len(right.items)):
        yield left.line, right.line, Text(zh='列表不同（编号或项数）', en='the lists differ (numbers or items)')
        return
    for one, other in zip(left.items, right.items, strict=True):
        yield from differences(one, other)


def _figure(left: Figure, right: Figure) -> Iterator[Difference]:
    if left.name != right.name or len(left.lines) != len(right.lines):
        yield left.line, right.line, Text(zh='图的名称或行数不同', en='the figures differ in name or height')
        return
    for index, (one, other) in enumerate(zip(left.lines, right.lines, strict=True), 1):
        if strokes(one) != strokes(other):
            yield left.line + index, right.line + index, Text(
                zh='图的线条不在同样的格子里', en='the lines of the figures do not stand in the same cells')


def strokes(line: str) -> dict[int, str]:
    """The box characters of a line by the cell they stand in."""
    return {cells(line[:index]): one for index, one in enumerate(line) if '\u2500' <= one <= '\u257f'}
