"""crictl itself: its commands and their options."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.simulation import BrokenPipe, Pipe
from tutor.shell.cri import ContainerRuntime, CriError, LogRequest
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.crictl import tables, usage
from tutor.shell.programs.crictl.connection import Fatal, connect, log_line
from tutor.shell.programs.options import Options, go_duration, parse

VERSION = 'v1.36.0'
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
    'stop': ('t:', {'timeout': 't'}),
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
ALIASES = {'p': 'pods', 'image': 'images', 'img': 'images', 'i': 'inspecti'}
ABSENT = ('create', 'start', 'run', 'runp', 'update', 'attach', 'port-forward', 'checkpoint', 'events', 'metricsp',
          'metricdescs', 'update-runtime-config', 'completion')
USAGE = """\
NAME:
   crictl - client for CRI

USAGE:
   crictl [global options] command [command options] [arguments...]

VERSION:
   {version}

COMMANDS:
   config              Get, set and list crictl configuration options
   exec                Run a command in a running container
   imagefsinfo         Return image filesystem info
   images, image, img  List images
   inspect             Display the status of one or more containers
   inspecti            Return the status of one or more images
   inspectp            Display the status of one or more pods
   logs                Fetch the logs of a container
   pods                List pods
   ps                  List containers
   pull                Pull an image from a registry
   rm                  Remove one or more containers
   rmi                 Remove one or more images
   rmp                 Remove one or more pods
   stop                Stop one or more running containers
   stopp               Stop one or more running pods
   info                Display information of the container runtime
   stats               List container(s) resource usage statistics
   statsp              List pod statistics. Stats represent a structured API that will fulfill the Kubelet's
                       /stats/summary endpoint.
   version             Display runtime version information
   help, h             Shows a list of commands or help for one command
"""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """crictl [-r ENDPOINT] COMMAND [OPTION…] [ARG…]"""
    general = parse(argv, ctx, 'r:i:c:t:Dhv', {
        'runtime-endpoint': 'r', 'image-endpoint': 'i', 'config': 'c', 'timeout': 't', 'debug': 'D', 'version': 'v',
        'help': 'h'}, permute=False)
    if 'v' in general:
        io.stdout.write(f'crictl version {VERSION}\n')
        return 0
    if not general.args or 'h' in general or general.args[0] in ('help', 'h'):
        io.stdout.write(USAGE.format(version=VERSION))
        return 0
    name = ALIASES.get(general.args[0], general.args[0])
    if name in ABSENT:
        raise Complaint(f'error: crictl {name} is not simulated')
    if name not in COMMANDS:
        io.stdout.write(f"No help topic for '{name}'\n")
        return 3
    options = _options(name, general.args[1:], io, ctx)
    if options is None:
        return 0
    if name == 'config':
        io.stdout.write(ctx.files.read_text('/etc/crictl.yaml'))
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
        io.stdout.write(f'Incorrect Usage: {wrong}\n\n{usage.text(name)}\n')
        raise Fatal(wrong, io, ctx) from None
    if 'h' in options:
        io.stdout.write(usage.text(name))
        return None
    return options


def _context(name: str, options: Options) -> str:
    """What crictl puts before the runtime's words."""
    what = options.args[0] if options.args else ''
    return {'pull': 'pulling image: ', 'stop': f'stopping the container "{what}": ', 'inspect':
            f'getting the status of the container "{what}": ', 'inspectp':
            f'getting the pod sandbox status for "{what}": ',
            'exec': 'execing command in container: ', 'stopp': f'stopping the pod sandbox "{what}": ',
            'rmp': f'removing the pod sandbox "{what}": ', 'rm': f'removing container "{what}": ',
            'rmi': f'unable to remove the image "{what}": '}.get(name, '')


async def _run(name: str, options: Options, runtime: ContainerRuntime, io: IO, ctx: Context) -> int:
    words = options.args
    if name in ('logs', 'exec', 'inspect', 'inspectp', 'stop', 'stopp', 'pull') and not words:
        raise Fatal({'logs': 'ID cannot be empty', 'exec': 'ID cannot be empty', 'pull':
                     'image name cannot be empty'}.get(name, 'ID cannot be empty'), io, ctx)
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
            status = {'inspect': runtime.container_status, 'inspectp': runtime.pod_status,
                      'inspecti': runtime.image_status}[name]
            for word in words:
                tables.document(status(word), options, io)
        case 'pull':
            io.stdout.write(f'Image is up to date for {await runtime.pull(words[0])}\n')
        case 'rmi':
            _remove_images(options, runtime, io)
        case 'logs':
            await _logs(options, runtime, io, ctx)
        case 'exec':
            return await _exec(options, runtime, io, ctx)
        case 'stop':
            for word in words:
                await runtime.stop_container(word, float(options.get('t', '0') or 0))
                io.stdout.write(word + '\n')
        case 'stopp':
            for word in words:
                await runtime.stop_pod(word)
                io.stdout.write(f'Stopped sandbox {word}\n')
        case 'rm':
            return await _remove(options, runtime, io, ctx)
        case _:
            await _remove_pods(options, runtime, io)
    return 0


def _remove_images(options: Options, runtime: ContainerRuntime, io: IO) -> None:
    used = {entry['imageId'] for entry in runtime.containers()}
    words = list(options.args)
    if 'a' in options or 'q' in options:
        words = [entry['repoTags'][0] for entry in runtime.images()
                 if not entry['pinned'] and ('a' in options or entry['id'] not in used)]
    for word in words:
        for name in runtime.remove_image(word):
            io.stdout.write(f'Deleted: {name}\n')


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


async def _remove_pods(options: Options, runtime: ContainerRuntime, io: IO) -> None:
    for word in options.args or ([entry['id'] for entry in runtime.pods()] if 'a' in options else []):
        if 'f' in options:
            await runtime.stop_pod(word)
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
