"""Lays a page out as man does: headings at the left, text indented by seven, explanations by fourteen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tutor.i18n.width import close_up
from tutor.i18n.wrap import wrap_text
from tutor.shell.process import Context
from tutor.shell.programs.man.page import Entry, ManPage
from tutor.shell.speech import Bilingual, Said, each, line

NAME = Said(en='NAME', zh='名称')
SYNOPSIS = Said(en='SYNOPSIS', zh='用法')
ABOUT = Said(en='DESCRIPTION', zh='说明')
HERE = Said(en='WHAT IS HERE', zh='这里有什么')
ABSENT = Said(en='WHAT IS NOT SIMULATED', zh='这里没有模拟什么')
EXAMPLES = Said(en='EXAMPLES', zh='示例')
SEE = Said(en='SEE ALSO', zh='参见')
INDENT, DEEPER, WIDEST = 7, 14, 96


def lay_out(name: str, about: Bilingual, synopsis: str, page: ManPage | None, ctx: Context, columns: int) -> str:
    """A whole page, in lines of at most `columns` cells where its words allow that."""
    width = min(columns, WIDEST)
    sections = [(NAME, list(_paragraphs([f'{name} - {text}' for text in each(about, ctx)], INDENT, width)))]
    if synopsis:
        sections.append((SYNOPSIS, [f'{" " * INDENT}{synopsis}']))
    if page is not None:
        sections += _longer(page, ctx, width)
    return '\n'.join(f'{line(heading, ctx)}\n' + ''.join(f'{row}\n' for row in rows)
                     for heading, rows in sections if rows)


def _longer(page: ManPage, ctx: Context, width: int) -> list[tuple[Said, list[str]]]:
    lists: Sequence[tuple[Said, Sequence[Entry]]] = (
        (HERE, page.here), (ABSENT, page.absent), (EXAMPLES, page.examples))
    return [(ABOUT, list(_paragraphs(each(page.about, ctx), INDENT, width))),
            *((heading, list(_entries(entries, ctx, width))) for heading, entries in lists),
            (SEE, list(_paragraphs([', '.join(page.see)] if page.see else [], INDENT, width)))]


def _entries(entries: Sequence[Entry], ctx: Context, width: int) -> Iterator[str]:
    for number, entry in enumerate(entries):
        if number:
            yield ''
        yield from (f'{" " * INDENT}{command}' for command in entry.commands.splitlines())
        yield from _paragraphs(each(entry, ctx), DEEPER, width)


def _paragraphs(texts: Iterable[str], indent: int, width: int) -> Iterator[str]:
    for text in texts:
        for row in wrap_text(close_up(' '.join(text.split())), width - indent):
            yield f'{" " * indent}{row}'
