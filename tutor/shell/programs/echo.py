"""echo: its arguments, with -n, -e and -E."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.printf import unescape


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    words, newline, escapes = argv[1:], True, False
    while words and len(words[0]) > 1 and words[0][0] == '-' and set(words[0][1:]) <= set('neE'):
        for letter in words.pop(0)[1:]:
            newline = newline and letter != 'n'
            escapes = letter == 'e' if letter in 'eE' else escapes
    text = ' '.join(words)
    if escapes:
        text, stopped = unescape(text)
        newline = newline and not stopped
    io.stdout.write(text + '\n' if newline else text)
    await io.stdout.drain()
    return 0
