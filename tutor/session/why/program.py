"""`why`, the program: the explanation of the last command, from the learner's shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tutor.course.words import Text
from tutor.session.why.explanation import Explanation
from tutor.shell.process import IO, Context
from tutor.shell.speech import Said, complain, each, line

KEY = 'why'
ASKING = re.compile(r'\s*why\b')
USAGE = 'usage: why\n'
NOBODY = Said('nobody remembers the commands of this shell', '这个 shell 里的命令没有人记录')
NOTHING = Text(zh='上一条命令没有出错，它提到的对象也都正常。', en='The last command went well, and so does all that it is about.')


@dataclass(slots=True)
class Asker:
    """Who can be asked."""

    ask: Callable[[], Explanation | None]


def asks(command: str) -> bool:
    """Whether a command only asks for the explanation of the one before."""
    return ASKING.match(command) is not None


async def why(argv: list[str], io: IO, ctx: Context) -> int:
    """why: explain the last command, or the state of what it was about."""
    asker: Asker | None = ctx.extras.get(KEY)
    if argv[1:]:
        (io.stdout if argv[1] in ('-h', '--help') else io.stderr).write(USAGE)
        return 0 if argv[1] in ('-h', '--help') else 2
    if asker is None:
        return complain('why', NOBODY, io, ctx)
    explanation = asker.ask()
    if explanation is None:
        io.stdout.write(''.join(f'{text}\n' for text in each(NOTHING, ctx)))
        return 0
    io.stdout.write(f'{explanation.error}\n')
    for text in each(explanation.text, ctx):
        io.stdout.write(f'\n{re.sub(chr(10) + "{2,}", chr(10), text)}\n')
    if explanation.suggestions:
        io.stdout.write('\n')
    for suggestion in explanation.suggestions:
        io.stdout.write(f'{line(suggestion.label, ctx)}: {suggestion.command}\n')
    return 0
