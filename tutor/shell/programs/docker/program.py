"""docker itself: its commands and their options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.shell.access import READ, WRITE, allowed
from tutor.shell.docker import SOCKET, DockerEngine, DockerError
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.docker import containers, images
from tutor.shell.programs.docker.formats import inspected, short_id, show
from tutor.shell.programs.options import Options, parse

NO_DAEMON = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
DENIED = ('permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: '
          'dial unix /var/run/docker.sock: connect: permission denied')
FORMAT = {'format': '=', 'no-trunc': '', 'quiet': 'q', 'filter': 'f'}
OPTIONS: Mapping[str, tuple[str, dict[str, str]]] = {
    'build': ('t:f:q', {'tag': 't', 'file': 'f', 'quiet': 'q', 'build-arg': '=', 'target': '=', 'no-cache': '',
                        'progress': '=', 'label': '=', 'pull': '', 'platform': '=', 'load': '', 'push': ''}),
    'images': ('aqf:', {**FORMAT, 'all': 'a', 'digests': ''}),
    'history': ('q', {**FORMAT}),
    'pull': ('qa', {'quiet': 'q', 'all-tags': 'a', 'platform': '='}),
    'push': ('qa', {'quiet': 'q', 'all-tags': 'a'}),
    'rmi': ('f', {'force': 'f', 'no-prune': ''}),
    'login': ('u:p:', {'username': 'u', 'password': 'p', 'password-stdin': ''}),
    'run': containers.CREATE_OPTIONS, 'create': containers.CREATE_OPTIONS,
    'ps': ('aqln:f:s', {**FORMAT, 'all': 'a', 'latest': 'l', 'last': 'n', 'size': 's'}),
    'logs': ('fn:t', {'follow': 'f', 'tail': 'n', 'timestamps': 't', 'since': '=', 'until': '=', 'details': ''}),
    'exec': ('dite:u:w:', {'detach': 'd', 'interactive': 'i', 'tty': 't', 'env': 'e', 'user': 'u', 'workdir': 'w',
                           'env-file': '=', 'privileged': ''}),
    'stop': ('t:s:', {'time': 't', 'timeout': 't', 'signal': 's'}),
    'restart': ('t:', {'time': 't', 'timeout': 't'}),
    'kill': ('s:', {'signal': 's'}),
    'rm': ('fvl', {'force': 'f', 'volumes': 'v', 'link': 'l'}),
    'inspect': ('f:s', {'format': 'f', 'type': '=', 'size': 's'}),
    'start': ('ai', {'attach': 'a', 'interactive': 'i'}),
    'ls': ('aqf:', {**FORMAT, 'all': 'a'}),
    'prune': ('af', {'all': 'a', 'force': 'f', 'volumes': '', 'filter': '='}),
    'info': ('f:', {'format': 'f'}),
    'version': ('f:', {'format': 'f'}),
    'stats': ('a', {**FORMAT, 'all': 'a', 'no-stream': ''}),
    'commit': ('a:m:c:p', {'author': 'a', 'message': 'm', 'change': 'c', 'pause': 'p'}),
    'save': ('o:', {'output': 'o', 'platform': '='}),
    'load': ('i:q', {'input': 'i', 'quiet': 'q'}),
}
GROUPS = {
    ('container', 'ls'): 'ps', ('container', 'ps'): 'ps', ('container', 'list'): 'ps', ('image', 'ls'): 'images',
    ('image', 'list'): 'images', ('image', 'rm'): 'rmi', ('image', 'remove'): 'rmi', ('builder', 'build'): 'build',
    ('buildx', 'build'): 'build', ('system', 'info'): 'info',
    **{('container', name): name for name in ('run', 'create', 'start', 'stop', 'restart', 'kill', 'rm', 'logs', 'exec',
                                              'inspect', 'cp', 'wait', 'port', 'top', 'stats', 'commit', 'rename')},
    **{('image', name): name for name in ('build', 'pull', 'push', 'tag', 'history', 'inspect', 'save', 'load')},
}
ABSENT = ('attach', 'config', 'context', 'diff', 'events', 'export', 'import', 'manifest',
          'pause', 'plugin', 'scout', 'search', 'secret', 'service', 'stack', 'swarm',
          'trust', 'unpause', 'update', 'node', 'checkpoint', 'buildx', 'builder')
NAMED = ('create', 'start', 'stop', 'restart', 'kill', 'rm', 'wait', 'rmi', 'logs', 'inspect', 'history', 'pull',
         'push', 'port', 'top', 'commit', 'save')
"""Commands that need at least one name."""
USAGE = """\
Usage:  docker [OPTIONS] COMMAND

A self-sufficient runtime for containers

Common Commands:
  run         Create and run a new container from an image
  exec        Execute a command in a running container
  ps          List containers
  build       Build an image from a Dockerfile
  pull        Download an image from a registry
  push        Upload an image to a registry
  images      List images
  login       Authenticate to a registry
  logout      Log out from a registry
  version     Show the Docker version information
  info        Display system-wide information

Management Commands:
  container   Manage containers
  image       Manage images
  network     Manage networks
  system      Manage Docker
  compose     Docker Compose
  volume      Manage volumes

Commands:
  commit      Create a new image from a container's changes
  cp          Copy files/folders between a container and the local filesystem
  create      Create a new container
  history     Show the history of an image
  inspect     Return low-level information on Docker objects
  kill        Kill one or more running containers
  load        Load an image from a tar archive or STDIN
  logs        Fetch the logs of a container
  port        List port mappings or a specific mapping for the container
  rename      Rename a container
  restart     Restart one or more containers
  rm          Remove one or more containers
  rmi         Remove one or more images
  save        Save one or more images to a tar archive (streamed to STDOUT by default)
  start       Start one or more stopped containers
  stats       Display a live stream of container(s) resource usage statistics
  stop        Stop one or more running containers
  tag         Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE
  top         Display the running processes of a container
  wait        Block until one or more containers stop, then print their exit codes

Run 'docker COMMAND --help' for more information on a command.
"""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """docker COMMAND [OPTION…] [ARG…]"""
    words = argv[1:]
    if words[:1] in (['-v'], ['--version']):
        io.stdout.write('Docker version 28.5.2, build ecc6942\n')
        return 0
    if not words or words[0] in ('help', '--help', '-h'):
        io.stdout.write(USAGE)
        return 0
    name, words = words[0], words[1:]
    if words and (name, words[0]) in GROUPS:
        name, words = GROUPS[name, words[0]], words[1:]
    if name == 'compose':
        from tutor.shell.programs.docker.compose.program import main as compose
        return await compose(words, engine_of(ctx), io, ctx)
    if name in ABSENT:
        raise Complaint(f'docker: error: docker {name} is not simulated', bare=True)
    group = name in ('network', 'volume', 'system', 'container', 'image')
    sub = words[0] if group and words else ''
    short, long = OPTIONS.get(sub if group else name, ('', {}))
    options = _options(['docker', *(words[1:] if group else words)], ctx, short, long, name)
    if name not in ('login', 'logout') and not group and name in NAMED and not options.args:
        raise Complaint(f"docker: 'docker {name}' requires at least 1 argument\n\nSee 'docker {name} --help' for more "
                        'information', bare=True)
    try:
        return await _command(name, sub, options, io, ctx)
    except DockerError as error:
        io.stderr.write(f'Error response from daemon: {error}\n')
        return 1


def _options(argv: list[str], ctx: Context, short: str, long: dict[str, str], name: str) -> Options:
    try:
        return parse(argv, ctx, short, long, 125, permute=name not in ('run', 'create', 'exec'))
    except Complaint as complaint:
        text = str(complaint).partition('\n')[0]
        flag = text.partition("'")[2].rstrip("'")
        if 'unrecognized' in text:
            text = f'unknown flag: {flag}'
        elif 'invalid option' in text:
            text = f"unknown shorthand flag: '{flag}' in -{flag}"
        elif 'requires an argument' in text:
            text = f'flag needs an argument: {flag or text.rpartition(" ")[2]}'
        raise Complaint(f"{text}\n\nUsage:  docker {name} [OPTIONS]\n\nRun 'docker {name} --help' for more information",
                        125, bare=True) from None


def engine_of(ctx: Context) -> DockerEngine:
    """The engine behind the socket of the machine. Raises Complaint."""
    machine = ctx.host.machine
    try:
        node = ctx.files.node(SOCKET)
    except OSError:
        raise Complaint(NO_DAEMON, bare=True) from None
    if not (allowed(node, ctx, READ) and allowed(node, ctx, WRITE)):
        raise Complaint(DENIED, bare=True)
    if machine is None or SOCKET not in machine.sockets:
        raise Complaint(NO_DAEMON, bare=True)
    return machine.sockets[SOCKET]


async def _command(name: str, sub: str, options: Options, io: IO, ctx: Context) -> int:
    if name == 'logout':
        images.logout(options, io)
        return 0
    if name == 'version':
        return _version(ctx, io)
    engine = engine_of(ctx)
    words = options.args
    match name:
        case 'build':
            return await images.build(engine, options, io, ctx)
        case 'images':
            images.images(engine, options, io, ctx)
        case 'history':
            images.history(engine, options, io, ctx)
        case 'pull':
            await images.pull(engine, words[0], io, 'q' in options)
        case 'push':
            images.push(engine, options, io)
        case 'tag':
            _need(name, words, 2)
            engine.tag(words[0], words[1])
        case 'login':
            await images.login(options, io, ctx)
        case 'run':
            return await containers.run(engine, options, io, ctx)
        case 'create':
            await images.ensure(engine, words[0], options.get('pull', 'missing'), io)
            io.stdout.write(engine.create(await containers.creation(options, ctx)) + '\n')
        case 'ps':
            containers.listing(engine, options, io, ctx)
        case 'logs':
            return await containers.logs(engine, options, io, ctx)
        case 'exec':
            return await containers.execute(engine, options, io, ctx)
        case 'start' | 'stop' | 'restart' | 'kill' | 'rm' | 'wait' | 'rmi':
            return await containers.each(name, engine, options, io, ctx)
        case 'cp':
            _need(name, words, 2)
            _copy(engine, words, io, ctx)
        case 'inspect':
            return _inspect(engine, words, options, io)
        case 'stats':
            await containers.stats(engine, options, io, ctx)
        case 'rename':
            _need(name, words, 2)
            engine.rename(words[0], words[1])
        case 'commit':
            io.stdout.write(engine.commit(words[0], words[1] if len(words) > 1 else '', options.get('m')) + '\n')
        case 'save' | 'load':
            return await getattr(images, name)(engine, options, io, ctx)
        case 'port' | 'top':
            return _look(name, engine, words, io)
        case 'info':
            _info(engine, io)
        case 'network' | 'volume' | 'system' | 'container' | 'image':
            return _group(name, sub, engine, options, io)
        case _:
            raise Complaint(f"docker: unknown command: docker {name}\n\nRun 'docker --help' for more information",
                            bare=True)
    return 0


def _need(name: str, words: list[str], number: int) -> None:
    if len(words) != number:
        raise Complaint(f"docker: 'docker {name}' requires {number} arguments\n\nSee 'docker {name} --help' for more "
                        'information', bare=True)


def _copy(engine: DockerEngine, words: list[str], io: IO, ctx: Context) -> None:
    from tutor.shell.vfs import normalize
    sides = [word if ':' in word and '/' not in word.partition(':')[0] else normalize(word, ctx.cwd) for word in words]
    engine.copy(*sides)
    if io.stderr.isatty:
        io.stderr.write(f'Successfully copied to {words[1]}\n')


def _inspect(engine: DockerEngine, words: list[str], options: Options, io: IO) -> int:
    found, status = [], 0
    for word in words:
        try:
            found.append(engine.inspect(word, options.get('type')))
        except DockerError as error:
            io.stderr.write(f'error: {error}\n'[0].upper() + f'error: {error}\n'[1:])
            status = 1
    inspected(found, options.get('f'), io)
    return status


def _look(name: str, engine: DockerEngine, words: list[str], io: IO) -> int:
    facts = engine.inspect(words[0], 'container')
    if name == 'port':
        for inner, outer in facts['NetworkSettings']['Ports'].items():
            for each in outer:
                io.stdout.write(f'{inner} -> {each["HostIp"]}:{each["HostPort"]}\n')
        return 0
    if not facts['State']['Running']:
        raise DockerError(f'container {facts["Id"]} is not running')
    io.stdout.write(''.join(f'{title:<20}' for title in ('UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME')) + 'CMD\n')
    io.stdout.write(f'{"root":<20}{facts["State"]["Pid"]:<20}{1:<20}{0:<20}{"09:00":<20}{"?":<20}{"00:00:00":<20}'
                    f'{" ".join([facts["Path"], *facts["Args"]])}\n')
    return 0


def _version(ctx: Context, io: IO) -> int:
    io.stdout.write('Client: Docker Engine - Community\n Version:           28.5.2\n API version:       1.51\n'
                    ' Go version:        go1.25.3\n Git commit:        ecc6942\n OS/Arch:           linux/amd64\n'
                    ' Context:           default\n')
    engine_of(ctx)
    io.stdout.write('\nServer: Docker Engine - Community\n Engine:\n  Version:          28.5.2\n'
                    '  API version:      1.51 (minimum version 1.24)\n  Go version:       go1.25.3\n'
                    '  Git commit:       89c5e8f\n  OS/Arch:          linux/amd64\n  Experimental:     false\n')
    return 0


def _info(engine: DockerEngine, io: IO) -> None:
    facts = engine.facts()
    stopped = facts['containers'] - facts['running']
    io.stdout.write(
        'Client: Docker Engine - Community\n Version:    28.5.2\n Context:    default\n Debug Mode: false\n\nServer:\n'
        f' Containers: {facts["containers"]}\n  Running: {facts["running"]}\n  Paused: 0\n  Stopped: {stopped}\n'
        f' Images: {facts["images"]}\n Server Version: {facts["version"]}\n Storage Driver: overlay2\n'
        ' Logging Driver: json-file\n Cgroup Driver: systemd\n Cgroup Version: 2\n'
        ' Kernel Version: 6.8.0-79-generic\n Operating System: Ubuntu 24.04.3 LTS\n OSType: linux\n'
        f' Architecture: x86_64\n CPUs: 2\n Total Memory: 3.832GiB\n Name: {facts["name"]}\n'
        ' Docker Root Dir: /var/lib/docker\n Debug Mode: false\n Insecure Registries:\n  registry.local:5000\n'
        '  127.0.0.0/8\n')


def _group(name: str, sub: str, engine: DockerEngine, options: Options, io: IO) -> int:
    words = options.args
    match name, sub:
        case 'network', 'ls' | 'list':
            rows = [{'ID': short_id(each['Id']), 'Name': each['Name'], 'Driver': each['Driver'],
                     'Scope': each['Scope']} for each in engine.networks()]
            _rows((('NETWORK ID', 'ID'), ('NAME', 'Name'), ('DRIVER', 'Driver'), ('SCOPE', 'Scope')), rows, options, io)
        case 'volume', 'ls' | 'list':
            rows = [{'Driver': each['Driver'], 'Name': each['Name']} for each in engine.volumes()]
            _rows((('DRIVER', 'Driver'), ('VOLUME NAME', 'Name')), rows, options, io)
        case 'network' | 'volume', 'inspect':
            known = engine.networks() if name == 'network' else engine.volumes()
            found = [each for each in known if each['Name'] in words]
            inspected(found, options.get('f'), io)
            if len(found) < len(words):
                missing = next(word for word in words if not any(each['Name'] == word for each in found))
                raise DockerError(f'network {missing} not found' if name == 'network' else
                                  f'get {missing}: no such volume')
        case 'network', 'create':
            io.stdout.write(engine.create_network(words[-1]) + '\n')
        case 'volume', 'create':
            io.stdout.write(engine.create_volume(words[0] if words else '') + '\n')
        case 'network', 'rm':
            for word in words:
                engine.remove_network(word)
                io.stdout.write(word + '\n')
        case 'volume', 'rm':
            for word in words:
                engine.remove_volume(word, 'f' in options)
                io.stdout.write(word + '\n')
        case 'network', 'connect' if len(words) == 2:
            engine.connect_network(words[0], words[1])
        case _, 'prune':
            _prune(name, engine, io)
        case _:
            raise Complaint(f"docker: unknown command: docker {name} {sub}\n\nUsage:  docker {name} COMMAND\n\nRun "
                            f"'docker {name} --help' for more information", bare=True)
    return 0


def _rows(columns: Any, rows: list[dict[str, str]], options: Options, io: IO) -> None:
    if 'q' in options:
        io.stdout.write(''.join(row[columns[0][1] if columns[0][1] == 'ID' else 'Name'] + '\n' for row in rows))
    else:
        show(columns, rows, options.get('format'), io)


def _prune(name: str, engine: DockerEngine, io: IO) -> None:
    titles = {'container': 'Deleted Containers:', 'image': 'Deleted Images:', 'volume': 'Deleted Volumes:'}
    total = 0
    for what in ('container', 'image') if name == 'system' else (name,):
        gone, freed = engine.prune(what)
        total += freed
        if gone:
            io.stdout.write(titles[what] + '\n' + ''.join(f'{each}\n' for each in gone) + '\n')
    from tutor.shell.programs.docker.formats import size
    io.stdout.write(f'Total reclaimed space: {size(total)}\n')
