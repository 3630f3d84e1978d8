"""How our own programs speak in the shell: in the languages of the learner, and in both where nobody has chosen."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tutor.shell.process import IO, Context

KEY = 'languages'
"""Where a shell's context keeps the codes of the languages, in their order."""
BOTH = ('zh', 'en')


class Bilingual(Protocol):
    """Any text that has both languages."""

    @property
    def en(self) -> str: ...
    @property
    def zh(self) -> str: ...


class Said(NamedTuple):
    """A sentence in both languages."""

    en: str
    zh: str


def each(text: Bilingual, ctx: Context) -> list[str]:
    """A text in each of the learner's languages; once, where they say the same."""
    return list(dict.fromkeys(getattr(text, language) for language in ctx.extras.get(KEY) or BOTH))


def line(text: Bilingual, ctx: Context) -> str:
    """The same on one line."""
    return ' · '.join(each(text, ctx))


def complain(program: str, text: Bilingual, io: IO, ctx: Context) -> int:
    """An error of one of our programs; its exit status."""
    io.stderr.write(f'{program}: error: {line(text, ctx)}\n')
    return 1
