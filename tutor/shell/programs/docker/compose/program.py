"""docker compose itself: its commands and their options."""

from __future__ import annotations

from tutor.apimachinery.printing.yaml import to_yaml
from tutor.cluster.simulation import Cancelled, Pipe, Reader, Writer, together
from tutor.shell.docker import DockerEngine, DockerError
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.docker.compose.model import NAMES, ComposeError, Project, variables
from tutor.shell.programs.docker.compose.model import Reader as FileReader
from tutor.shell.programs.docker.compose.operations import GRACE, LABEL, Operations
from tutor.shell.programs.docker.containers import status_of
from tutor.shell.programs.docker.formats import age, show
from tutor.shell.programs.docker.images import now
from tutor.shell.programs.options import Options, parse
from tutor.shell.vfs import normalize

VERSION = 'Docker Compose version v2.40.3\n'
GENERAL = ('f:p:', {'file': 'f', 'project-name': 'p', 'profile': '=', 'env-file': '=', 'project-directory': '=',
                    'ansi': '=', 'progress': '='})
OPTIONS = {
    'up': ('dt:V', {'detach': 'd', 'build': '', 'force-recreate': '', 'no-start': '', 'scale': '=', 'wait': '',
                    'remove-orphans': '', 'timeout': 't', 'pull': '=', 'no-deps': '', 'quiet-pull': ''}),
    'down': ('vt:', {'volumes': 'v', 'timeout': 't', 'remove-orphans': '', 'rmi': '='}),
    'ps': ('aq', {'all': 'a', 'quiet': 'q', 'services': '', 'format': '=', 'status': '='}),
    'logs': ('fn:t', {'follow': 'f', 'tail': 'n', 'timestamps': 't', 'no-log-prefix': '', 'no-color': ''}),
    'exec': ('dTe:u:w:it', {'detach': 'd', 'no-TTY': 'T', 'env': 'e', 'user': 'u', 'workdir': 'w', 'index': '='}),
    'run': ('dTe:u:w:itP', {'detach': 'd', 'no-TTY': 'T', 'env': 'e', 'user': 'u', 'workdir': 'w', 'rm': '',
                            'name': '=', 'entrypoint': '=', 'no-deps': '', 'service-ports': 'P'}),
    'stop': ('t:', {'timeout': 't'}), 'restart': ('t:', {'timeout': 't'}), 'start': ('', {}),
    'kill': ('s:', {'signal': 's'}), 'rm': ('fsv', {'force': 'f', 'stop': 's', 'volumes': 'v'}),
    'build': ('q', {'no-cache': '', 'quiet': 'q', 'pull': ''}), 'pull': ('q', {'quiet': 'q'}),
    'config': ('q', {'services': '', 'volumes': '', 'images': '', 'quiet': 'q'}),
    'images': ('q', {'quiet': 'q'}), 'create': ('', {'build': '', 'force-recreate': ''}), 'scale': ('', {}),
    'version': ('', {'short': ''}), 'ls': ('aq', {'all': 'a', 'quiet': 'q'}), 'top': ('', {}),
}
ABSENT = ('attach', 'commit', 'cp', 'events', 'export', 'pause', 'port', 'publish', 'push', 'stats', 'unpause', 'wait',
          'watch')
PS = (('NAME', 'Name'), ('IMAGE', 'Image'), ('COMMAND', 'Command'), ('SERVICE', 'Service'),
      ('CREATED', 'RunningFor'), ('STATUS', 'Status'), ('PORTS', 'Ports'))


async def main(words: list[str], engine: DockerEngine, io: IO, ctx: Context) -> int:
    """docker compose [-f FILE] [-p NAME] COMMAND [OPTION…] [SERVICE…]"""
    general = parse(['docker', *words], ctx, *GENERAL, permute=False)
    name, *rest = general.args or ['']
    if name == 'version':
        io.stdout.write(VERSION)
        return 0
    if name in ABSENT:
        raise Complaint(f'error: docker compose {name} is not simulated here', bare=True)
    if name not in OPTIONS:
        raise Complaint(f'unknown docker command: "compose {name}"' if name else
                        f'Usage:  docker compose [OPTIONS] COMMAND\n\nCommands:\n  {"  ".join(sorted(OPTIONS))}',
                        bare=True)
    options = parse(['docker', *rest], ctx, *OPTIONS[name], permute=name not in ('exec', 'run'))
    try:
        project = _project(general, io, ctx)
        return await _run(name, options, general.all('profile'), Operations(project, engine, io, ctx), io, ctx)
    except ComposeError as problem:
        raise Complaint(str(problem), bare=True) from None
    except DockerError as problem:
        raise Complaint(f'Error response from daemon: {problem}', bare=True) from None


def _project(general: Options, io: IO, ctx: Context) -> Project:
    """The project of the file that is named, or that lies here. Raises ComposeError."""
    given = general.get('f')
    path = normalize(given, ctx.cwd) if given else next(
        (found for name in NAMES if ctx.files.is_file(found := normalize(name, ctx.cwd))), '')
    if not path:
        raise ComposeError('no configuration file provided: not found')
    if not ctx.files.is_file(path):
        raise ComposeError(f'open {path}: no such file or directory')
    folder = path.rpartition('/')[0] or '/'
    stamp = f'{ctx.simulation.wall():%Y-%m-%dT%H:%M:%SZ}'
    dotenv = normalize(general.get('env-file') or '.env', folder)
    env = {**(variables(ctx.files.read_text(dotenv)) if ctx.files.is_file(dotenv) else {}), **ctx.env}
    reader = FileReader(folder, path, env, ctx.files.read_text, lambda text: io.stderr.write(
        f'time="{stamp}" level=warning msg="{text.replace(chr(34), chr(92) + chr(34))}"\n'))
    return reader.project(ctx.files.read_text(path), general.get('p') or ctx.env.get('COMPOSE_PROJECT_NAME', ''))


async def _run(name: str, options: Options, profiles: list[str], operations: Operations, io: IO, ctx: Context) -> int:
    words, timeout = options.args, float(options.get('t') or GRACE)
    match name:
        case 'up' | 'create':
            return await _up(name, options, profiles, operations, io, ctx)
        case 'down':
            await operations.down(words, 'v' in options, timeout)
        case 'stop':
            await operations.stop(words, timeout)
        case 'start' | 'restart' | 'kill' | 'rm':
            await _each(name, options, operations)
        case 'scale':
            for word in words:
                service, _, number = word.partition('=')
                operations.chosen([service], [])
                operations.project.services[service].replicas = int(number)
            await operations.up(operations.chosen([], profiles), False, False)
        case 'ps':
            _ps(options, operations, io, ctx)
        case 'logs':
            await _logs(operations, words, options, io, ctx)
        case 'exec' | 'run':
            return await _command(name, options, operations, io)
        case 'build' | 'pull':
            for service in operations.chosen(words, profiles):
                if name == 'pull' and service.build is None:
                    operations.say('', service.name, 'Pulling')
                    await operations.engine.pull(service.image)
                    operations.say('', service.name, 'Pulled')
                elif name == 'build' and service.build is not None:
                    await operations.provide(service, True)
        case _:
            _show(name, options, operations, io, ctx)
    return 0


async def _up(name: str, options: Options, profiles: list[str], operations: Operations, io: IO, ctx: Context) -> int:
    for word in options.all('scale'):
        service, _, number = word.partition('=')
        operations.chosen([service], [])
        operations.project.services[service].replicas = int(number)
    services = operations.chosen(options.args, profiles)
    starts = name == 'up' and 'no-start' not in options
    await operations.up(services, 'build' in options, 'force-recreate' in options, starts)
    if 'd' in options or 'wait' in options or not starts:
        return 0
    shown = [_short(each.name, operations.project) for each in operations.containers(options.args)]
    io.stdout.write(f'Attaching to {", ".join(shown)}\n')
    try:
        await _logs(operations, options.args, None, io, ctx)
    except Cancelled:
        io.stderr.write('Gracefully Stopping... press Ctrl+C again to force\n')
        ctx.simulation.spawn(operations.stop(options.args, GRACE), 'docker compose stop')
        raise
    return 0


async def _each(name: str, options: Options, operations: Operations) -> None:
    for each in operations.containers(options.args):
        if name == 'rm':
            if each.state != 'running' or 's' in options:
                operations.engine.remove(each.id, True, 'v' in options)
                operations.say('Container', each.name, 'Removed')
        elif name == 'kill':
            if each.state == 'running':
                operations.engine.kill(each.id, options.get('s', 'KILL').upper().removeprefix('SIG'))
                operations.say('Container', each.name, 'Killed')
        else:
            if name == 'restart':
                operations.say('Container', each.name, 'Restarting')
                await operations.engine.stop(each.id, float(options.get('t') or GRACE))
            await operations.engine.start(each.id)
            operations.say('Container', each.name, 'Started')


async def _command(name: str, options: Options, operations: Operations, io: IO) -> int:
    """exec in a running container of a service, and run in a new one."""
    if not options.args or (name == 'exec' and len(options.args) < 2):
        raise ComposeError(f'requires at least {2 if name == "exec" else 1} arg(s)')
    word, *argv = options.args
    env = {key: value for key, _, value in (text.partition('=') for text in options.all('e'))}
    service = operations.chosen([word], [])[-1]
    if name == 'exec':
        found = operations.containers([word], False)
        if not found:
            raise ComposeError(f'service "{word}" is not running')
        tty = 'T' not in options and bool(io.stdin.isatty)
        return await operations.engine.exec(found[0].id, argv, io, {
            'env': env, 'user': options.get('u'), 'workdir': options.get('w'), 'interactive': True, 'tty': tty,
            'detach': 'd' in options})
    others = [each for each in operations.chosen([word], []) if each.name != word]
    await operations.up(others, False, False)
    await operations.provide(service, False)
    label = options.get('name') or f'{operations.project.name}-{word}-run'
    service.labels[f'{LABEL}.oneoff'] = 'True'
    identity = operations.create(service, label, 1, '', command=argv or list(service.command),
                                 env={**service.env, **env}, ports=[], interactive=True,
                                 tty='T' not in options and bool(io.stdin.isatty), remove='rm' in options)
    streams, ended = operations.engine.attach(identity, io, True), operations.engine.wait(identity)
    await operations.engine.start(identity)
    await streams
    return await ended


def _ps(options: Options, operations: Operations, io: IO, ctx: Context) -> None:
    found, moment = operations.containers(options.args, 'a' in options), now(ctx)
    if 'q' in options:
        io.stdout.write(''.join(f'{each.id}\n' for each in found))
        return
    if 'services' in options:
        io.stdout.write(''.join(f'{name}\n' for name in dict.fromkeys(
            each.labels[f'{LABEL}.service'] for each in found)))
        return
    rows = [{'Name': each.name, 'Image': each.image, 'Service': each.labels[f'{LABEL}.service'],
             'Command': f'"{each.command[:19] + "…" if len(each.command) > 20 else each.command}"',
             'RunningFor': age(each.created, moment), 'Status': status_of(each, moment),
             'Ports': ', '.join(each.ports), 'State': each.state, 'ID': each.id} for each in found]
    show(PS, rows, options.get('format'), io)


def _show(name: str, options: Options, operations: Operations, io: IO, ctx: Context) -> None:
    project = operations.project
    if name == 'config':
        lists = {'services': list(project.services), 'volumes': list(project.volumes),
                 'images': [each.image for each in project.services.values()]}
        chosen = next((lists[key] for key in lists if key in options), None)
        if chosen is not None:
            io.stdout.write(''.join(f'{each}\n' for each in chosen))
        elif 'q' not in options:
            io.stdout.write(to_yaml(_plain(project)))
    elif name == 'images':
        rows = [{'Container': each.name, 'Image': each.image} for each in operations.containers(options.args)]
        show((('CONTAINER', 'Container'), ('REPOSITORY', 'Image')), rows, '', io)
    elif name == 'top':
        for each in operations.containers(options.args, False):
            io.stdout.write(f'{each.name}\n{each.command}\n\n')
    else:
        running = operations.containers(None, False)
        rows = [{'Name': project.name, 'Status': f'running({len(running)})'}] if running else []
        show((('NAME', 'Name'), ('STATUS', 'Status')), rows, '', io)


def _plain(project: Project) -> dict[str, object]:
    """The file as Compose has understood it."""
    services: dict[str, object] = {}
    for name, each in project.services.items():
        found = {'command': each.command or None, 'depends_on': {
            other: {'condition': condition, 'required': True} for other, condition in each.depends_on.items()},
            'entrypoint': each.entrypoint, 'environment': each.env, 'image': each.image,
            'networks': dict.fromkeys(each.networks), 'ports': each.ports, 'volumes': each.volumes,
            'restart': each.restart if each.restart != 'no' else None}
        services[name] = {key: value for key, value in found.items() if value}
    return {'name': project.name, 'services': services,
            'networks': {key: {'name': name} for key, name in project.networks.items()},
            **({'volumes': {key: {'name': name} for key, name in project.volumes.items()}} if project.volumes else {})}


# -- logs -------------------------------------------------------------------------------------------------------------

def _short(name: str, project: Project) -> str:
    return name.removeprefix(f'{project.name}-')


async def _logs(operations: Operations, services: list[str], options: Options | None, io: IO, ctx: Context) -> None:
    """The logs of all containers side by side, each line with its container before it; without options they are
    followed."""
    found = operations.containers(services)
    width = max((len(_short(each.name, operations.project)) for each in found), default=0)
    follow, tail = options is None or 'f' in options, options.get('n', 'all') if options is not None else 'all'
    stamps, bare = options is not None and 't' in options, options is not None and 'no-log-prefix' in options
    tasks = []
    for each in found:
        pipe, prefix = Pipe(ctx.simulation), f'{_short(each.name, operations.project):<{width}}  | '
        tasks.append(ctx.simulation.spawn(_copy(pipe, io.stdout, '' if bare else prefix), 'compose logs'))

        async def feed(identity: str, pipe: Pipe) -> None:
            both = IO(io.stdin, pipe, pipe)
            await operations.engine.logs(identity, both, follow, int(tail) if tail.isdigit() else -1, stamps, None)
            pipe.close()
        tasks.append(ctx.simulation.spawn(feed(each.id, pipe), 'compose logs'))
    await together(tasks)


async def _copy(source: Reader, target: Writer, prefix: str) -> None:
    while line := await source.readline():
        target.write(prefix.encode() + (line if line.endswith(b'\n') else line + b'\n'))
