"""docker's commands on containers: run, ps, logs, exec, stop and the rest."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.quantity import value as quantity_value
from tutor.cluster.simulation import Cancelled
from tutor.shell.docker import ContainerSummary, Creation, DockerEngine, DockerError, Usage
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.crictl.tables import human_duration
from tutor.shell.programs.docker.formats import Row, age, binary_size, pairs, short_id, show
from tutor.shell.programs.docker.images import ensure, now
from tutor.shell.programs.options import Options, go_duration
from tutor.shell.vfs import normalize

COLUMNS = (('CONTAINER ID', 'ID'), ('IMAGE', 'Image'), ('COMMAND', 'Command'), ('CREATED', 'RunningFor'),
           ('STATUS', 'Status'), ('PORTS', 'Ports'), ('NAMES', 'Names'))
COMMAND_WIDTH = 20
CREATE_OPTIONS = ('dite:v:p:Pw:u:h:l:m:', {
    'detach': 'd', 'interactive': 'i', 'tty': 't', 'env': 'e', 'volume': 'v', 'publish': 'p', 'publish-all': 'P',
    'workdir': 'w', 'user': 'u', 'hostname': 'h', 'label': 'l', 'memory': 'm', 'name': '=', 'rm': '', 'network': '=',
    'net': '=', 'entrypoint': '=', 'restart': '=', 'env-file': '=', 'pull': '=', 'privileged': '', 'read-only': '',
    'cpus': '=', 'mount': '=', 'add-host': '=', 'cap-add': '=', 'cap-drop': '=', 'platform': '=', 'init': '',
    'quiet': '', 'security-opt': '=', 'log-driver': '=', 'log-opt': '=', 'tmpfs': '=', 'ulimit': '='})
"""docker run and docker create."""


async def run(engine: DockerEngine, options: Options, io: IO, ctx: Context) -> int:
    """docker run [OPTIONS] IMAGE [COMMAND] [ARG…]"""
    if not options.args:
        raise Complaint("docker: 'docker run' requires at least 1 argument\n\nUsage:  docker run [OPTIONS] IMAGE "
                        "[COMMAND] [ARG...]\n\nSee 'docker run --help' for more information", bare=True)
    name = options.args[0]
    try:
        await ensure(engine, name, options.get('pull', 'missing'), io)
        identity = engine.create(await creation(options, ctx))
        if 'd' in options:
            await engine.start(identity)
            io.stdout.write(identity + '\n')
            return 0
        return await _attached(engine, identity, options, io)
    except DockerError as error:
        io.stderr.write(f'docker: Error response from daemon: {error}\n\n'
                        "Run 'docker run --help' for more information\n")
        return error.status if error.status > 1 else 125


async def _attached(engine: DockerEngine, identity: str, options: Options, io: IO) -> int:
    """Stay with a container until it ends."""
    streams = engine.attach(identity, io, 'i' in options)
    ended = engine.wait(identity)
    try:
        await engine.start(identity)
        await streams
        return await ended
    except Cancelled:
        if not ended.done:
            engine.kill(identity, 'INT')
        raise
    finally:
        streams.cancel()


async def creation(options: Options, ctx: Context) -> Creation:
    """What the options of run or create ask for."""
    env = _variables(options, ctx)
    binds = [_bind(text, ctx) for text in options.all('v')] + [_mount(text, ctx) for text in options.all('mount')]
    entrypoint = None
    if 'entrypoint' in options:
        entrypoint = [options.get('entrypoint')] if options.get('entrypoint') else []
    memory = options.get('m').lower().rstrip('b')
    return Creation(
        options.args[0], options.args[1:], entrypoint, options.get('name'), env, binds, options.all('p'),
        'P' in options, options.get('network') or options.get('net') or 'bridge', options.get('h'), options.get('u'),
        options.get('w'), pairs(options.all('l')), 'i' in options, 't' in options,
        'rm' in options, options.get('restart', 'no'),
        int(quantity_value(memory[:-1] + {'k': 'Ki', 'm': 'Mi', 'g': 'Gi'}.get(memory[-1], memory[-1])))
        if memory else 0, 'read-only' in options, 'privileged' in options)


def _variables(options: Options, ctx: Context) -> dict[str, str]:
    """The environment that -e and --env-file give. Raises Complaint."""
    found: dict[str, str] = {}
    for path in options.all('env-file'):
        try:
            text = ctx.files.read_text(normalize(path, ctx.cwd))
        except OSError:
            raise Complaint(f'docker: open {path}: no such file or directory', 125, bare=True) from None
        found |= pairs(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith('#'))
    for word in options.all('e'):
        name, equals, value = word.partition('=')
        if equals or name in ctx.env:
            found[name] = value if equals else ctx.env[name]
    return found


def _bind(text: str, ctx: Context) -> str:
    """-v: a path of the machine is made whole; a name is a volume."""
    source, colon, rest = text.partition(':')
    if not colon:
        return text
    if source.startswith(('.', '~', '/')):
        home = ctx.env.get('HOME', '/root')
        source = normalize(home + source[1:] if source[0] == '~' else source, ctx.cwd)
    return f'{source}:{rest}'


def _mount(text: str, ctx: Context) -> str:
    """--mount type=bind,source=…,target=…"""
    fields = pairs(text.split(','))
    source, target = fields.get('source', fields.get('src', '')), fields.get(
        'target', fields.get('dst', fields.get('destination', '')))
    return _bind(f'{source}:{target}' + (':ro' if 'readonly' in fields or 'ro' in fields else ''), ctx)


def listing(engine: DockerEngine, options: Options, io: IO, ctx: Context) -> None:
    """docker ps [-a] [-q] [--filter name=…]"""
    filters = [(name, value) for name, _, value in (text.partition('=') for text in options.all('f'))]
    found = [each for each in engine.containers('a' in options or 'n' in options or any(
        name == 'status' for name, _ in filters)) if all(_fits(each, name, value) for name, value in filters)]
    if 'n' in options or 'l' in options:
        found = found[:int(options.get('n', '1'))]
    if 'q' in options:
        io.stdout.write(''.join((each.id if 'no-trunc' in options else short_id(each.id)) + '\n' for each in found))
        return
    show(COLUMNS, [_row(each, options, ctx) for each in found], options.get('format'), io)


def _fits(each: ContainerSummary, name: str, value: str) -> bool:
    match name:
        case 'name':
            return value in each.name
        case 'status':
            return each.state == value
        case 'ancestor':
            return each.image in (value, f'{value}:latest')
        case 'id':
            return each.id.startswith(value)
        case 'label':
            key, equals, wanted = value.partition('=')
            return key in each.labels and (not equals or each.labels[key] == wanted)
    raise DockerError(f"invalid filter '{name}'")


def _row(each: ContainerSummary, options: Options, ctx: Context) -> Row:
    moment, long = now(ctx), 'no-trunc' not in options
    command = each.command[:COMMAND_WIDTH - 1] + '…' if long and len(each.command) > COMMAND_WIDTH else each.command
    return {'ID': short_id(each.id) if long else each.id, 'Image': each.image, 'Command': f'"{command}"',
            'RunningFor': age(each.created, moment), 'CreatedAt': '', 'Status': status_of(each, moment),
            'Ports': ', '.join(each.ports), 'Names': each.name, 'State': each.state, 'Networks': '',
            'Labels': ','.join(f'{name}={value}' for name, value in each.labels.items())}


def status_of(each: ContainerSummary, moment: float) -> str:
    if each.state == 'running' and each.started is not None:
        health = {'': '', 'starting': ' (health: starting)'}.get(each.health, f' ({each.health})')
        return f'Up {human_duration(moment - each.started)}{health}'
    if each.state == 'exited' and each.finished is not None:
        return f'Exited ({each.exit_code}) {human_duration(moment - each.finished)} ago'
    return 'Created'


async def logs(engine: DockerEngine, options: Options, io: IO, ctx: Context) -> int:
    """docker logs [-f] [--tail N] [-t] [--since DURATION] CONTAINER"""
    tail = options.get('n', 'all')
    since = ctx.simulation.now - go_duration(options, 'since') if 'since' in options else None
    await engine.logs(options.args[0], io, 'f' in options, int(tail) if tail.isdigit() else -1, 't' in options, since)
    return 0


STATS = (('CONTAINER ID', 'ID'), ('NAME', 'Name'), ('CPU %', 'CPUPerc'), ('MEM USAGE / LIMIT', 'MemUsage'),
         ('MEM %', 'MemPerc'), ('NET I/O', 'NetIO'), ('BLOCK I/O', 'BlockIO'), ('PIDS', 'PIDs'))
MACHINE_MEMORY = 4_114_612_224
CLEAR = '\x1b[H\x1b[J'


async def stats(engine: DockerEngine, options: Options, io: IO, ctx: Context) -> None:
    """docker stats [--no-stream] [CONTAINER…]: every second again, until interrupted."""
    for name in options.args:
        engine.inspect(name, 'container')
    while True:
        rows = [_usage(each) for each in engine.usage()
                if not options.args or any(each.id.startswith(name) or each.name == name for name in options.args)]
        io.stdout.write('' if 'no-stream' in options else CLEAR)
        show(STATS, rows, options.get('format'), io)
        if 'no-stream' in options:
            return
        await ctx.simulation.sleep(1)


def _usage(each: Usage) -> Row:
    limit = each.limit or MACHINE_MEMORY
    return {'ID': short_id(each.id), 'Name': each.name, 'CPUPerc': f'{each.cores:.2%}',
            'MemUsage': f'{binary_size(each.memory)} / {binary_size(limit)}', 'MemPerc': f'{each.memory / limit:.2%}',
            'NetIO': '0B / 0B', 'BlockIO': '0B / 0B', 'PIDs': str(each.processes), 'Container': each.id}


async def execute(engine: DockerEngine, options: Options, io: IO, ctx: Context) -> int:
    """docker exec [-it] [-e NAME=VALUE] [-u USER] [-w FOLDER] CONTAINER COMMAND…"""
    if len(options.args) < 2:
        raise Complaint("docker: 'docker exec' requires at least 2 arguments\n\nUsage:  docker exec [OPTIONS] "
                        "CONTAINER COMMAND [ARG...]\n\nSee 'docker exec --help' for more information", bare=True)
    wanted: dict[str, Any] = {'env': _variables(options, ctx), 'user': options.get('u'),
                              'workdir': options.get('w'), 'interactive': 'i' in options, 'tty': 't' in options,
                              'detach': 'd' in options}
    if 't' in options and not io.stdin.isatty and 'i' in options:
        raise Complaint('the input device is not a TTY', bare=True)
    try:
        return await engine.exec(options.args[0], options.args[1:], io, wanted)
    except DockerError as error:
        if error.status in (126, 127):
            io.stderr.write(f'{error}\n')
            return error.status
        raise


async def each(verb: str, engine: DockerEngine, options: Options, io: IO, ctx: Context) -> int:
    """Commands that do the same to every container named: what cannot be done is said, the rest is done."""
    status = 0
    for name in options.args:
        try:
            await _once(verb, name, engine, options, io)
        except DockerError as error:
            io.stderr.write(f'Error response from daemon: {error}\n')
            status = 1
    return status


async def _once(verb: str, name: str, engine: DockerEngine, options: Options, io: IO) -> None:
    match verb:
        case 'start':
            await engine.start(name)
        case 'stop':
            await engine.stop(name, float(options.get('t', '10')))
        case 'restart':
            await engine.stop(name, float(options.get('t', '10')))
            await engine.start(name)
        case 'kill':
            engine.kill(name, options.get('s', 'KILL').upper().removeprefix('SIG'))
        case 'rm':
            engine.remove(name, 'f' in options, 'v' in options)
        case 'wait':
            io.stdout.write(f'{await engine.wait(name)}\n')
            return
        case 'rmi':
            io.stdout.write(''.join(line + '\n' for line in engine.remove_image(name, 'f' in options)))
            return
    io.stdout.write(name + '\n')
