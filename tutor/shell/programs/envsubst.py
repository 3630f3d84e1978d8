"""envsubst: a text with the variables of the environment put in."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.inputs import text

VARIABLE = re.compile(r'\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """envsubst [-v] ['$NAME ${NAME}']"""
    words = argv[1:]
    if words[:1] in (['-v'], ['--variables']):
        names = VARIABLE.findall(' '.join(words[1:]))
        io.stdout.write(''.join(f'{plain or braced}\n' for plain, braced in names))
        return 0
    if words[:1] and words[0].startswith('-'):
        raise Complaint(f"invalid option -- '{words[0].lstrip('-')[:1]}'\n"
                        "Try 'envsubst --help' for more information.")
    if len(words) > 1:
        raise Complaint('too many arguments')
    only = {plain or braced for plain, braced in VARIABLE.findall(words[0])} if words else None

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return ctx.env.get(name, '') if only is None or name in only else match[0]

    while line := await io.stdin.readline():
        io.stdout.write(VARIABLE.sub(value, text(line)))
    return 0
