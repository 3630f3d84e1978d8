"""docker itself: which command is meant, and what it needs before it begins."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping

from tutor.shell.docker import DockerError
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.docker import usage
from tutor.shell.programs.docker.call import Call
from tutor.shell.programs.docker.catalog import ABSENT, COMMANDS, GROUPS, IN_GROUPS, OPTIONS_IN_GROUPS
from tutor.shell.programs.docker.daemon import engine_of
from tutor.shell.programs.docker.groups import group
from tutor.shell.programs.options import Options, parse

VERSION = 'Docker version 28.5.2, build ecc6942\n'
UNTIL_IMAGE = ('run', 'create', 'exec')
"""Commands whose options end at the first word that is none."""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """docker COMMAND [OPTION…] [ARG…]"""
    words = argv[1:]
    if words[:1] in (['-v'], ['--version']):
        io.stdout.write(VERSION)
        return 0
    if not words or words[0] in ('help', '--help', '-h'):
        io.stdout.write(_usage())
        return 0
    name, words = words[0], words[1:]
    if words and (name, words[0]) in IN_GROUPS:
        name, words = IN_GROUPS[name, words[0]], words[1:]
    if name == 'compose':
        from tutor.shell.programs.docker.compose.program import main as compose
        return await compose(words, engine_of(ctx), io, ctx)
    if name in ABSENT:
        raise Complaint(f'docker: error: docker {name} is not simulated', bare=True)
    try:
        return _grouped(name, words, io, ctx) if name in GROUPS else await _run(name, words, io, ctx)
    except DockerError as error:
        io.stderr.write(f'Error response from daemon: {error}\n')
        return 1


async def _run(name: str, words: list[str], io: IO, ctx: Context) -> int:
    command = COMMANDS.get(name)
    if command is None:
        raise Complaint(f"docker: unknown command: docker {name}\n\nRun 'docker --help' for more information",
                        bare=True)
    if _asks_for_help(name, words, command.letters):
        io.stdout.write(usage.text(name, command.about))
        return 0
    call = Call(name, _options(words, ctx, command.letters, command.long, name), io, ctx)
    if len(call.words) < command.least:
        raise _wrong_number(name, 'at least 1 argument')
    if command.daemon:
        engine_of(ctx)
    if command.exactly and len(call.words) != command.exactly:
        raise _wrong_number(name, f'{command.exactly} arguments')
    result = command.work(call)
    return (await result if isinstance(result, Awaitable) else result) or 0


def _asks_for_help(name: str, words: list[str], letters: str) -> bool:
    """--help among a command's own options: what follows an image or a container is that one's."""
    first = next((place for place, word in enumerate(words) if not word.startswith('-')), len(words))
    own = words[:first] if name in UNTIL_IMAGE else words
    return '--help' in own or ('-h' in own and 'h' not in letters)


def _grouped(name: str, words: list[str], io: IO, ctx: Context) -> int:
    sub = words[0] if words else ''
    letters, long = OPTIONS_IN_GROUPS.get(sub, ('', {}))
    return group(name, sub, Call(name, _options(words[1:], ctx, letters, long, name), io, ctx))


def _wrong_number(name: str, wanted: str) -> Complaint:
    return Complaint(f"docker: 'docker {name}' requires {wanted}\n\n{usage.line(name)}\n\n"
                     f"See 'docker {name} --help' for more information", bare=True)


def _options(words: list[str], ctx: Context, letters: str, long: Mapping[str, str], name: str) -> Options:
    try:
        return parse(['docker', *words], ctx, letters, long, 125, permute=name not in UNTIL_IMAGE)
    except Complaint as complaint:
        text = str(complaint).partition('\n')[0]
        flag = text.partition("'")[2].rstrip("'")
        if 'unrecognized' in text:
            text = f'unknown flag: {flag}'
        elif 'invalid option' in text:
            text = f"unknown shorthand flag: '{flag}' in -{flag}"
        elif 'requires an argument' in text:
            text = f'flag needs an argument: {flag or text.rpartition(" ")[2]}'
        use = usage.line(name) if name in COMMANDS else f'Usage:  docker {name} COMMAND'
        raise Complaint(f"{text}\n\n{use}\n\nRun 'docker {name} --help' for more information", 125,
                        bare=True) from None


def _usage() -> str:
    def listed(title: str, lines: Iterable[tuple[str, str]]) -> str:
        return f'{title}:\n' + ''.join(f'  {name:<12}{about}\n' for name, about in lines) + '\n'

    return ('Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\n'
            + listed('Common Commands', ((name, each.about) for name, each in COMMANDS.items() if each.common))
            + listed('Management Commands', GROUPS.items())
            + listed('Commands', ((name, each.about) for name, each in COMMANDS.items() if not each.common))
            + "Run 'docker COMMAND --help' for more information on a command.\n")
