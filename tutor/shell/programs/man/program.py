"""man: pages of ours about each program, in the learner's languages."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from importlib import import_module

from tutor.shell.process import IO, Context
from tutor.shell.programs.absent import ABSENT, not_here
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.man.layout import lay_out
from tutor.shell.programs.man.page import load
from tutor.shell.programs.manual import PAGES, usage
from tutor.shell.programs.options import parse
from tutor.shell.programs.pager.less import Less
from tutor.shell.programs.pager.program import page_through
from tutor.shell.programs.screen import size
from tutor.shell.speech import line


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """man [-k] NAME"""
    options = parse(argv, ctx, 'kf', {'apropos': 'k', 'whatis': 'f'})
    names = [word for word in options.args if not word.isdigit()]
    if not names:
        raise Complaint("What manual page do you want?\nFor example, try 'man grep'.", bare=True)
    if 'k' in options:
        return _search(names[0], io, ctx)
    columns, _ = size(io.stdout, ctx)
    for name in names:
        page = PAGES.get(name)
        if page is None and name in ABSENT:
            await _show(name, lay_out(name, not_here(name), '', None, ctx, columns), io, ctx)
            continue
        if page is None:
            raise Complaint(f'No manual entry for {name}', 16, bare=True)
        if 'f' in options:
            io.stdout.write(f'{name} - {line(page, ctx)}\n')
            continue
        await _show(name, lay_out(name, page, _synopsis(name), load(name), ctx, columns), io, ctx)
    return 0


async def _show(name: str, text: str, io: IO, ctx: Context) -> None:
    """A page through the pager, as man does at a terminal."""
    async def lines() -> AsyncIterator[str]:
        for row in text.splitlines(keepends=True):
            yield row

    def prompt(less: Less) -> str:
        return (f' Manual page {name}(1) line {less.top + 1}{" (END)" if less.at_end else ""} '
                '(press h for help or q to quit)')

    await page_through(lines(), prompt, io, ctx)


def _synopsis(name: str) -> str:
    """The line that the program's own function says, or the manual's."""
    from tutor.shell.programs.catalog import PROGRAMS
    place = PROGRAMS.get(name, '')
    module, _, function = place.partition(':')
    if module and module not in ('shared', 'editing'):
        said = inspect.getdoc(getattr(import_module(f'tutor.shell.programs.{module}'), function)) or ''
        if said.startswith(name):
            return said
    return usage(name)


def _search(word: str, io: IO, ctx: Context) -> int:
    found = [(name, page) for name, page in PAGES.items()
             if word.lower() in f'{name} {page.en} {page.zh}'.lower()]
    for name, page in found:
        io.stdout.write(f'{name:<12} {line(page, ctx)}\n')
    if not found:
        raise Complaint(f'{word}: nothing appropriate.', 16, bare=True)
    return 0
