"""crictl itself: its commands and their options."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.cluster.simulation import BrokenPipe, Pipe
from tutor.shell.cri import ContainerRuntime, CriError, LogRequest, Message
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.crictl import help as texts
from tutor.shell.programs.crictl import settings, tables
from tutor.shell.programs.crictl.connection import Fatal, connect, log_line
from tutor.shell.programs.options import Options, go_duration, parse

LISTS = {'output': 'o', 'quiet': 'q', 'no-trunc': '', 'latest': 'l', 'last': '=', 'name': '=', 'id': '=',
         'label': '=', 'namespace': '=', 'verbose': 'v'}
COMMANDS: Mapping[str, tuple[str, dict[str, str]]] = {
    'ps': ('ao:qln:p:s:v', {**LISTS, 'all': 'a', 'state': '=', 'pod': 'p', 'image': '=', 'pod-name': '='}),
    'pods': ('o:qln:s:v', {**LISTS, 'state': 's'}),
    'images': ('o:qv', {'output': 'o', 'quiet': 'q', 'no-trunc': '', 'digests': '', 'verbose': 'v', 'pinned': ''}),
    'pull': ('q', {'creds': '=', 'auth': '=', 'quiet': 'q'}),
    'rmi': ('aq', {'all': 'a', 'prune': 'q'}),
    'logs': ('fptn:', {'follow': 'f', 'previous': 'p', 'timestamps': 't', 'tail': '=', 'since': '=',
                       'limit-bytes': '='}),
    'exec': ('itsr:', {'interactive': 'i', 'tty': 't', 'sync': 's', 'timeout': '=', 'transport': 'r'}),
    'inspect': ('o:q', {'output': 'o', 'quiet': 'q', 'template': '='}),
    'inspectp': ('o:q', {'output': 'o', 'quiet': 'q', 'template': '='}),
    'inspecti': ('o:q', {'output': 'o', 'quiet': 'q', 'template': '='}),
    'stop': ('t:a', {'timeout': 't', 'all': 'a'}),
    'rm': ('af', {'all': 'a', 'force': 'f'}),
    'stopp': ('', {}),
    'rmp': ('af', {'all': 'a', 'force': 'f'}),
    'stats': ('ao:p:', {'all': 'a', 'output': 'o', 'id': '=', 'pod': 'p', 'no-trunc': ''}),
    'statsp': ('', {'id': '=', 'no-trunc': ''}),
    'info': ('o:', {'output': 'o', 'template': '='}),
    'imagefsinfo': ('o:', {'output': 'o', 'template': '='}),
    'version': ('', {}),
    'config': ('l', {'get': '=', 'set': '=', 'list': 'l'}),
}
ALIASES = {alias: name for name, each in texts.COMMANDS.items() for alias in each.aliases}
HELP = {'-h', '--help'}
NEEDS = ('exec', 'inspecti', 'stopp', 'rm', 'rmi', 'rmp')
"""Commands that tell how they are used when nothing is named."""
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
    if name == 'config':
        settings.run(general.get('c'), options, io, ctx)
        return 0
    if name in NEEDS and not options.args and not ('a' in options or 'q' in options):
        io.stdout.write(texts.of_command(name))
        return 0
    try:
        return await _run(name, options, connect(general, io, ctx), io, ctx)
    except CriError as error:
        raise Fatal(_context(name, options) + str(error), io, ctx) from None


def _options(name: str, words: list[str], io: IO, ctx: Context) -> Options | None:
    """The options of a command, None when its help was asked for, which has been shown. Raises Fatal."""
    short, long = COMMANDS[name]
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


def _context(name: str, options: Options) -> str:
    """What crictl puts before the runtime's words."""
    what = options.args[0] if options.args else ''
    return {'pull': 'pulling image: ', 'stop': f'stopping the container "{what}": ', 'inspect':
            f'getting the status of the container "{what}": ', 'inspectp':
            f'getting the pod sandbox status for "{what}": ',
            'exec': 'execing command in container: ', 'stopp': f'stopping the pod sandbox "{what}": ',
            'rmp': f'removing the pod sandbox "{what}": ', 'rm': f'removing container "{what}": '}.get(name, '')


async def _run(name: str, options: Options, runtime: ContainerRuntime, io: IO, ctx: Context) -> int:
    words = options.args
    if name in ('logs', 'pull') and not words:
        raise Fatal('image name cannot be empty' if name == 'pull' else 'ID cannot be empty', io, ctx)
    match name:
        case 'ps':
            tables.containers(runtime, options, io, ctx)
        case 'pods':
            tables.pods(runtime, options, io, ctx)
        case 'images':
            tables.images(runtime, options, io)
        case 'stats':
            tables.stats(runtime, options, io, ctx)
        case 'statsp':
            tables.pod_stats(runtime, options, io)
        case 'imagefsinfo':
            tables.document({'status': {'imageFilesystems': [runtime.image_filesystem()], 'containerFilesystems': []}},
                            options, io)
        case 'info':
            tables.document(runtime.info(), options, io)
        case 'version':
            found = runtime.version()
            io.stdout.write(''.join(f'{label}:  {found[key]}\n' for label, key in (
                ('Version', 'version'), ('RuntimeName', 'runtimeName'), ('RuntimeVersion', 'runtimeVersion'),
                ('RuntimeApiVersion', 'runtimeApiVersion'))))
        case 'inspect' | 'inspectp' | 'inspecti':
            _inspect(name, options, runtime, io, ctx)
        case 'pull':
            io.stdout.write(f'Image is up to date for {await runtime.pull(words[0])}\n')
        case 'rmi':
            _remove_images(options, runtime, io, ctx)
        case 'logs':
            await _logs(options, runtime, io, ctx)
        case 'exec':
            return await _exec(options, runtime, io, ctx)
        case 'stop':
            running = [entry['id'] for entry in runtime.containers() if entry['state'] == 'CONTAINER_RUNNING']
            if words and 'a' in options:
                raise Complaint('cannot specify CONTAINER-ID(s) when using --all', bare=True)
            if not words and 'a' not in options:
                raise Complaint('you must specify at least one CONTAINER-ID or use --all', bare=True)
            if not words and not running:
                io.stdout.write('No running containers found.\n')
            for word in words or running:
                await runtime.stop_container(word, float(options.get('t', '0') or 0))
                io.stdout.write(word + '\n')
        case 'stopp':
            for word in words:
                await runtime.stop_pod(word)
                io.stdout.write(f'Stopped sandbox {word}\n')
        case 'rm':
            return await _remove(options, runtime, io, ctx)
        case _:
            await _remove_pods(options, runtime, io, ctx)
    return 0


def _inspect(name: str, options: Options, runtime: ContainerRuntime, io: IO, ctx: Context) -> None:
    """What the ids mean; without any, every running container or every pod."""
    status = {'inspect': runtime.container_status, 'inspectp': runtime.pod_status, 'inspecti': _image(runtime, io, ctx)}
    words = list(options.args)
    if not words:
        words = [entry['id'] for entry in (runtime.pods() if name == 'inspectp' else runtime.containers())
                 if name == 'inspectp' or entry['state'] == 'CONTAINER_RUNNING']
    if not words:
        io.stderr.write(log_line('error', 'No IDs provided or nothing found per filter', io, ctx) + '\n')
        io.stdout.write(texts.of_command(name))
        return
    found = [status[name](word) for word in words]
    tables.document(found[0] if len(found) == 1 else found, options, io)


def _image(runtime: ContainerRuntime, io: IO, ctx: Context) -> Callable[[str], Message]:
    """The status of an image by its name; the runtime has none for one that is not there."""
    def status(word: str) -> Message:
        try:
            return runtime.image_status(word)
        except CriError as error:
            if error.code != 'NotFound':
                raise Fatal(f'image status for "{word}" request: {error}', io, ctx) from None
            raise Fatal(f'no such image "{word}" present', io, ctx) from None
    return status


def _remove_images(options: Options, runtime: ContainerRuntime, io: IO, ctx: Context) -> None:
    used = {entry['imageId'] for entry in runtime.containers()}
    words = list(options.args)
    if 'a' in options or 'q' in options:
        words = [entry['repoTags'][0] for entry in runtime.images()
                 if not entry['pinned'] and ('a' in options or entry['id'] not in used)]
    failed = False
    for word in words:
        try:
            names = runtime.remove_image(word)
        except CriError as error:
            text = f'no such image {word}' if error.code == 'NotFound' else f'error of removing image "{word}": {error}'
            io.stderr.write(log_line('error', text, io, ctx) + '\n')
            failed = True
            continue
        io.stdout.write(''.join(f'Deleted: {name}\n' for name in names))
    if failed:
        raise Fatal('unable to remove the image(s)', io, ctx)


async def _remove(options: Options, runtime: ContainerRuntime, io: IO, ctx: Context) -> int:
    known = {entry['id']: entry for entry in runtime.containers()}
    words = list(options.args) or (list(known) if 'a' in options else [])
    failed = False
    for word in words:
        entry = next((known[key] for key in known if key.startswith(word)), None)
        if entry is not None and entry['state'] == 'CONTAINER_RUNNING':
            if 'f' not in options:
                text = f'container "{word}" is running, please stop it first'
                io.stderr.write(log_line('error', text, io, ctx) + '\n')
                failed = True
                continue
            await runtime.stop_container(word, 0)
        runtime.remove_container(word)
        io.stdout.write(word + '\n')
    if failed:
        raise Fatal('unable to remove container(s)', io, ctx)
    return 0


async def _remove_pods(options: Options, runtime: ContainerRuntime, io: IO, ctx: Context) -> None:
    for word in options.args or ([entry['id'] for entry in runtime.pods()] if 'a' in options else []):
        if runtime.pod_status(word)['status']['state'] == 'SANDBOX_READY':
            if 'f' not in options:
                raise Fatal(f'pod sandbox "{word}" is running, please stop it first', io, ctx)
            await runtime.stop_pod(word)
            io.stdout.write(f'Stopped sandbox {word}\n')
        runtime.remove_pod(word)
        io.stdout.write(f'Removed sandbox {word}\n')


async def _logs(options: Options, runtime: ContainerRuntime, io: IO, ctx: Context) -> None:
    identity, simulation = options.args[0], ctx.simulation
    status = runtime.container_status(identity)['status']
    if 'p' in options:
        older = [entry for entry in runtime.containers() if entry['metadata']['name'] == status['metadata']['name']
                 and entry['labels'] == status['labels']
                 and entry['metadata']['attempt'] == status['metadata']['attempt'] - 1]
        if not older:
            raise Fatal(f'Failed to find the previous container for "{identity}"', io, ctx)
        identity = older[0]['id']
    since = None
    if 'since' in options:
        since = simulation.now - go_duration(options, 'since')
    tail, limit = options.get('tail', options.get('n', '-1')), options.get('limit-bytes', '-1')
    out = Pipe(simulation)
    task = simulation.spawn(runtime.logs(identity, LogRequest('f' in options, 't' in options, int(tail), since,
                                                              int(limit)), out))
    try:
        while data := await out.read(65536):
            io.stdout.write(data)
            await io.stdout.drain()
    except BrokenPipe:
        out.close_read()
    finally:
        task.cancel()


async def _exec(options: Options, runtime: ContainerRuntime, io: IO, ctx: Context) -> int:
    identity, *command = options.args
    if not command:
        raise Fatal('execing command in container: rpc error: code = InvalidArgument desc = cmd cannot be empty', io,
                    ctx)
    from tutor.shell.streams import BytesReader
    streams = io if 'i' in options else IO(BytesReader(), io.stdout, io.stderr)
    code = await runtime.exec(identity, command, streams, 't' in options)
    if code:
        raise Fatal(f'execing command in container: command terminated with exit code {code}', io, ctx)
    return 0
