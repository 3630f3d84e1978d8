"""How our own programs speak in the shell: each sentence in both languages, on one line."""

from __future__ import annotations

from tutor.shell.process import IO


def both(en: str, zh: str) -> str:
    """The same in both languages, as `man` writes it."""
    return en if en == zh else f'{en} · {zh}'


def complain(program: str, words: str, io: IO) -> int:
    """An error of one of our programs; its exit status."""
    io.stderr.write(f'{program}: error: {words}\n')
    return 1
