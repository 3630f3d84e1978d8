"""crictl itself: its commands and their options."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from tutor.shell.cri import CriError
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.crictl import commands, settings
from tutor.shell.programs.crictl import help as texts
from tutor.shell.programs.crictl.connection import Fatal, connect
from tutor.shell.programs.options import Options, parse

LISTS = {'output': 'o', 'quiet': 'q', 'no-trunc': '', 'latest': 'l', 'last': '=', 'name': '=', 'id': '=',
         'label': '=', 'namespace': '=', 'verbose': 'v'}
INSPECTED = 'o:q', {'output': 'o', 'quiet': 'q', 'template': '='}
DOCUMENT = 'o:', {'output': 'o', 'template': '='}


class Entry(NamedTuple):
    """A command: what carries it out (None: it needs no runtime), its options, what is put before the runtime's words
    when it fails (`{}` is the first argument), and whether it tells how it is used when nothing is named."""

    run: Callable[[commands.Call], Awaitable[None]] | None
    options: tuple[str, dict[str, str]] = ('', {})
    doing: str = ''
    needs: bool = False


COMMANDS: Mapping[str, Entry] = {
    'ps': Entry(commands.containers, ('ao:qln:p:s:v', {
        **LISTS, 'all': 'a', 'state': '=', 'pod': 'p', 'image': '=', 'pod-name': '='})),
    'pods': Entry(commands.pods, ('o:qln:s:v', {**LISTS, 'state': 's'})),
    'images': Entry(commands.images, ('o:qv', {
        'output': 'o', 'quiet': 'q', 'no-trunc': '', 'digests': '', 'verbose': 'v', 'pinned': ''})),
    'pull': Entry(commands.pull, ('q', {'creds': '=', 'auth': '=', 'quiet': 'q'}), 'pulling image: '),
    'rmi': Entry(commands.remove_images, ('aq', {'all': 'a', 'prune': 'q'}), needs=True),
    'logs': Entry(commands.logs, ('fptn:', {
        'follow': 'f', 'previous': 'p', 'timestamps': 't', 'tail': '=', 'since': '=', 'limit-bytes': '='})),
    'exec': Entry(commands.execute, ('itsr:', {
        'interactive': 'i', 'tty': 't', 'sync': 's', 'timeout': '=', 'transport': 'r'}),
        'execing command in container: ', needs=True),
    'inspect': Entry(commands.inspect, INSPECTED, 'getting the status of the container "{}": '),
    'inspectp': Entry(commands.inspect, INSPECTED, 'getting the pod sandbox status for "{}": '),
    'inspecti': Entry(commands.inspect, INSPECTED, needs=True),
    'stop': Entry(commands.stop, ('t:a', {'timeout': 't', 'all': 'a'}), 'stopping the container "{}": '),
    'rm': Entry(commands.remove, ('af', {'all': 'a', 'force': 'f'}), 'removing container "{}": ', needs=True),
    'stopp': Entry(commands.stop_pods, doing='stopping the pod sandbox "{}": ', needs=True),
    'rmp': Entry(commands.remove_pods, ('af', {'all': 'a', 'force': 'f'}), 'removing the pod sandbox "{}": ',
                 needs=True),
    'stats': Entry(commands.stats, ('ao:p:', {'all': 'a', 'output': 'o', 'id': '=', 'pod': 'p', 'no-trunc': ''})),
    'statsp': Entry(commands.pod_stats, ('', {'id': '=', 'no-trunc': ''})),
    'info': Entry(commands.info, DOCUMENT),
    'imagefsinfo': Entry(commands.image_filesystem, DOCUMENT),
    'version': Entry(commands.version),
    'config': Entry(None, ('l', {'get': '=', 'set': '=', 'list': 'l'})),
}
ALIASES = {alias: name for name, each in texts.COMMANDS.items() for alias in each.aliases}
HELP = {'-h', '--help'}
ABSENT = ('create', 'start', 'run', 'runp', 'update', 'attach', 'port-forward', 'checkpoint', 'events', 'metricsp',
          'metricdescs', 'runtime-config', 'update-runtime-config', 'completion')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """crictl [-r ENDPOINT] COMMAND [OPTION…] [ARG…]"""
    general = parse(argv, ctx, 'r:i:c:t:Dhv', {
        'runtime-endpoint': 'r', 'image-endpoint': 'i', 'config': 'c', 'timeout': 't', 'debug': 'D', 'version': 'v',
        'help': 'h'}, permute=False)
    if 'v' in general:
        io.stdout.write(f'crictl version {texts.VERSION}\n')
        return 0
    asked = general.args[0] in ('help', 'h') if general.args else True
    words = general.args[1:] if asked else general.args
    if not words or 'h' in general:
        io.stdout.write(texts.of_program())
        return 0
    name = ALIASES.get(words[0], words[0])
    if name in texts.COMMANDS and (asked or (name in ABSENT and HELP & {*words[1:]})):
        io.stdout.write(texts.of_command(name))
        return 0
    if name in ABSENT:
        raise Complaint(f'error: crictl {name} is not simulated')
    if name not in COMMANDS:
        io.stdout.write(f"No help topic for '{name}'\n")
        return 3
    options = _options(name, words[1:], io, ctx)
    if options is None:
        return 0
    entry = COMMANDS[name]
    if entry.run is None:
        settings.run(general.get('c'), options, io, ctx)
    elif entry.needs and not options.args and not ('a' in options or 'q' in options):
        io.stdout.write(texts.of_command(name))
    else:
        try:
            await entry.run(commands.Call(name, options, connect(general, io, ctx), io, ctx))
        except CriError as error:
            raise Fatal(entry.doing.format(''.join(options.args[:1])) + str(error), io, ctx) from None
    return 0


def _options(name: str, words: list[str], io: IO, ctx: Context) -> Options | None:
    """The options of a command, None when its help was asked for, which has been shown. Raises Fatal."""
    short, long = COMMANDS[name].options
    try:
        options = parse(['crictl', *words], ctx, f'{short}h', {**long, 'help': 'h'}, permute=name != 'exec')
    except Complaint as problem:
        given = str(problem).partition('\n')[0].rpartition(" '")[2].rstrip("'").lstrip('-')
        wrong = f'flag needs an argument: -{given.rpartition("-- ")[2]}' if 'requires' in str(problem) else \
            f'flag provided but not defined: -{given}'
        io.stdout.write(f'Incorrect Usage: {wrong}\n\n{texts.of_command(name)}\n')
        raise Fatal(wrong, io, ctx) from None
    if 'h' in options:
        io.stdout.write(texts.of_command(name))
        return None
    return options
