"""docker's commands on images: build, images, pull, push, tag, rmi, history, login."""

from __future__ import annotations

import base64
import json
from hashlib import sha256

from tutor.shell.docker import BuildFailed, BuildRequest, BuildStep, DockerEngine, DockerError
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.docker.formats import Row, age, pairs, short_id, show, size
from tutor.shell.programs.options import Options
from tutor.shell.vfs import normalize

IMAGES = (('REPOSITORY', 'Repository'), ('TAG', 'Tag'), ('IMAGE ID', 'ID'), ('CREATED', 'CreatedSince'),
          ('SIZE', 'Size'))
DIGESTS = (*IMAGES[:2], ('DIGEST', 'Digest'), *IMAGES[2:])
HISTORY = (('IMAGE', 'ID'), ('CREATED', 'CreatedSince'), ('CREATED BY', 'CreatedBy'), ('SIZE', 'Size'),
           ('COMMENT', 'Comment'))
HUBS = ('', 'docker.io', 'index.docker.io', 'https://index.docker.io/v1/')
PRIVATE = ('registry.local:5000', 'localhost:5000')
WIDTH = 80


def now(ctx: Context) -> float:
    return ctx.simulation.wall().timestamp()


def images(engine: DockerEngine, options: Options, io: IO, ctx: Context) -> None:
    """docker images [NAME[:TAG]]"""
    wanted, moment = options.args[0] if options.args else '', now(ctx)
    rows: list[Row] = []
    for row in engine.images():
        if wanted and wanted not in (row.repository, f'{row.repository}:{row.tag}'):
            continue
        identity = row.id if 'no-trunc' in options else short_id(row.id)
        rows.append({'Repository': row.repository, 'Tag': row.tag, 'ID': identity, 'Size': size(row.size),
                     'CreatedSince': age(row.created, moment), 'Digest': row.digest, 'CreatedAt': ''})
    if 'q' in options:
        io.stdout.write(''.join(line + '\n' for line in dict.fromkeys(row['ID'] for row in rows)))
        return
    show(DIGESTS if 'digests' in options else IMAGES, rows, options.get('format'), io)


def history(engine: DockerEngine, options: Options, io: IO, ctx: Context) -> None:
    """docker history IMAGE"""
    rows: list[Row] = []
    for layer in engine.history(options.args[0]):
        text = layer.created_by.replace('\n', ' ')
        long = len(text) > 45 and 'no-trunc' not in options
        rows.append({'ID': short_id(layer.id) if layer.id != '<missing>' else layer.id,
                     'CreatedSince': age(layer.created, ctx.simulation.now), 'Size': size(layer.size),
                     'CreatedBy': text[:44] + '…' if long else text, 'Comment': 'buildkit.dockerfile.v0'})
    if 'q' in options:
        io.stdout.write(''.join(row['ID'] + '\n' for row in rows))
        return
    show(HISTORY, rows, options.get('format'), io)


async def pull(engine: DockerEngine, name: str, io: IO, quiet: bool = False) -> None:
    """docker pull IMAGE. Raises DockerError."""
    bare = name.rpartition('/')[2]
    tag = bare.partition(':')[2] if ':' in bare else 'latest'
    if not quiet and '@' not in name and ':' not in bare:
        io.stdout.write('Using default tag: latest\n')
    canonical, digest, fresh = await engine.pull(name)
    if quiet:
        io.stdout.write(canonical + '\n')
        return
    _pulled(canonical, tag, digest, fresh, io)
    io.stdout.write(canonical + '\n')


def _pulled(canonical: str, tag: str, digest: str, fresh: bool, io: IO) -> None:
    io.stdout.write(f'{tag}: Pulling from {canonical.partition("/")[2].rpartition(":")[0]}\n')
    for place in range(3) if fresh else ():
        io.stdout.write(f'{digest[10 + place * 12:22 + place * 12]}: Pull complete\n')
    shown = canonical.removeprefix('docker.io/library/').removeprefix('docker.io/')
    io.stdout.write(f'Digest: {digest}\nStatus: ' + (
        f'Downloaded newer image for {shown}\n' if fresh else f'Image is up to date for {shown}\n'))


async def ensure(engine: DockerEngine, name: str, policy: str, io: IO) -> None:
    """Have the image of a `docker run`; what is said of a pull goes to standard error. Raises DockerError."""
    if policy != 'always' and engine.has_image(name):
        return
    if policy == 'never':
        raise DockerError(f'No such image: {name}', 125)
    bare = name.rpartition('/')[2]
    if policy != 'always':
        shown = name if ':' in bare or '@' in name else f'{name}:latest'
        io.stderr.write(f"Unable to find image '{shown}' locally\n")
    try:
        canonical, digest, fresh = await engine.pull(name)
    except DockerError as error:
        raise DockerError(str(error), 125) from None
    _pulled(canonical, bare.partition(':')[2] or 'latest', digest, fresh, IO(io.stdin, io.stderr, io.stderr))


def push(engine: DockerEngine, options: Options, io: IO) -> None:
    """docker push IMAGE. Raises DockerError."""
    name = options.args[0]
    bare = name.rpartition('/')[2]
    tag = bare.partition(':')[2] or 'latest'
    host, slash, _ = name.partition('/')
    shown = name.rpartition(':')[0] if ':' in bare else name
    if not slash or not ('.' in host or ':' in host or host == 'localhost'):
        shown = f'docker.io/{shown}' if slash else f'docker.io/library/{shown}'
    if ':' not in bare:
        io.stdout.write('Using default tag: latest\n')
    io.stdout.write(f'The push refers to repository [{shown}]\n')
    _, layers, digest, length = engine.push(name)
    for layer in layers:
        io.stdout.write(f'{short_id(_hash(layer))}: Pushed\n')
    io.stdout.write(f'{tag}: digest: {digest} size: {length}\n')


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


async def login(options: Options, io: IO, ctx: Context) -> None:
    """docker login [-u USER] [-p PASSWORD] [SERVER]: the registry beside the cluster lets everybody in."""
    server = options.args[0] if options.args else ''
    if 'p' in options:
        io.stderr.write('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n')
    password = options.get('p') or ((await io.stdin.read()).decode().strip() if 'password-stdin' in options else '')
    user = options.get('u')
    if not user:
        io.stdout.write('Username: ')
        user = (await io.stdin.readline()).decode().strip()
    if not password and user:
        io.stdout.write('Password: ')
        password = (await io.stdin.readline()).decode().strip()
    if not user or not password:
        raise Complaint('error: Cannot perform an interactive login from a non-TTY device'
                        if not io.stdin.isatty else 'error: Username and password are required', bare=True)
    if server in HUBS:
        raise DockerError('Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password')
    if server not in PRIVATE:
        raise DockerError(f'Get "https://{server}/v2/": dial tcp: lookup {server.partition(":")[0]}: no such host')
    _remember(server, user, password, ctx)
    io.stdout.write('Login Succeeded\n')


def _remember(server: str, user: str, password: str, ctx: Context) -> None:
    """~/.docker/config.json, from which image pull secrets are often made."""
    path = f'{ctx.env.get("HOME", "/root")}/.docker/config.json'
    try:
        known = json.loads(ctx.files.read_text(path))
    except (OSError, ValueError):
        known = {}
    secret = base64.b64encode(f'{user}:{password}'.encode()).decode()
    known.setdefault('auths', {})[server] = {'auth': secret}
    ctx.files.put(path, json.dumps(known, indent='\t'), 0o600)
    for place in (path.rpartition('/')[0], path):
        ctx.files.chown(place, ctx.uid, ctx.gid)


def logout(options: Options, io: IO) -> None:
    server = options.args[0] if options.args else 'https://index.docker.io/v1/'
    io.stdout.write(f'Removing login credentials for {server}\n')


# -- build --------------------------------------------------------------------------------------------------------


async def build(engine: DockerEngine, options: Options, io: IO, ctx: Context) -> int:
    """docker build [-t NAME] [-f FILE] [--build-arg NAME=VALUE] [--target STAGE] PATH"""
    if len(options.args) != 1:
        raise Complaint('ERROR: docker: \'docker buildx build\' requires 1 argument\n\nUsage:  docker buildx build '
                        "[OPTIONS] PATH | URL | -\n\nRun 'docker buildx build --help' for more information",
                        bare=True)
    place = options.args[0]
    context = normalize(place, ctx.cwd)
    if place == '-' or '://' in place:
        raise Complaint('ERROR: a build context that is no folder of this machine is not simulated', bare=True)
    if not ctx.files.is_dir(context):
        raise Complaint(f'ERROR: unable to prepare context: path "{place}" not found', bare=True)
    path = normalize(options.get('f'), ctx.cwd) if 'f' in options else f'{context}/Dockerfile'
    name = path.rpartition('/')[2]
    try:
        text = ctx.files.read_text(path)
    except OSError:
        raise Complaint(f'ERROR: failed to build: failed to solve: failed to read dockerfile: open {name}: no such '
                        'file or directory', bare=True) from None
    arguments = pairs(options.all('build-arg'))
    labels = pairs(options.all('label'))
    request = BuildRequest(context, text, name, options.all('t'), arguments, options.get('target'),
                           'no-cache' in options, labels)
    progress = Progress(io, options)
    try:
        identity = await engine.build(request, progress)
    except BuildFailed as failure:
        progress.finish(failed=True)
        io.stderr.write(f'{failure.report}ERROR: failed to build: {failure}\n')
        return 1
    progress.finish()
    if 'q' in options:
        io.stdout.write(identity + '\n')
    return 0


class Progress:
    """Shows the steps of a build: one after the other as they end, or on a terminal all of them at the end."""

    def __init__(self, io: IO, options: Options) -> None:
        self._io = io
        self._quiet = 'q' in options
        plain = options.get('progress', 'auto')
        self._plain = plain == 'plain' or (plain == 'auto' and not io.stderr.isatty)
        self._steps: list[BuildStep] = []
        if self._plain and not self._quiet:
            io.stderr.write('#0 building with "default" instance using docker driver\n\n')

    def __call__(self, step: BuildStep) -> None:
        self._steps.append(step)
        if not self._plain or self._quiet:
            return
        number, write = len(self._steps), self._io.stderr.write
        write(f'#{number} {step.title}\n')
        for line in step.lines:
            write(f'#{number} {line}\n')
        if step.failed:
            write(f'#{number} ERROR: {step.failed}\n\n')
        elif step.cached:
            write(f'#{number} CACHED\n\n')
        else:
            write(f'#{number} DONE {step.seconds:.1f}s\n\n')

    def finish(self, failed: bool = False) -> None:
        if self._plain or self._quiet:
            return
        total, write = sum(step.seconds for step in self._steps), self._io.stderr.write
        done = sum(not step.failed for step in self._steps)
        head = f'[+] Building {total:.1f}s ({done}/{len(self._steps)})' + ('' if failed else ' FINISHED')
        write(f'{head:<{WIDTH - 15}}docker:default\n')
        for step in self._steps:
            title = f' => {"CACHED " if step.cached else "ERROR " if step.failed else ""}{step.title}'
            write(f'{title[:WIDTH - 6]:<{WIDTH - 5}} {step.seconds:.1f}s\n')
            for line in step.lines if step.title.startswith(('[internal]', 'exporting')) else ():
                text = f' => => {line.removesuffix(" done")}'
                write(f'{text[:WIDTH - 6]:<{WIDTH - 5}} 0.0s\n')


async def save(engine: DockerEngine, options: Options, io: IO, ctx: Context) -> int:
    """docker save [-o FILE] IMAGE…"""
    data, path = engine.save(options.args), options.get('o')
    if not path:
        if io.stdout.isatty:
            raise Complaint('cowardly refusing to save to a terminal. Use the -o flag or redirect', bare=True)
        io.stdout.write(data)
        return 0
    try:
        ctx.files.put(normalize(path, ctx.cwd), data, 0o600)
    except OSError as problem:
        raise Complaint(f'invalid output path: {path}: {(problem.strerror or "").lower()}', bare=True) from None
    return 0


async def load(engine: DockerEngine, options: Options, io: IO, ctx: Context) -> int:
    """docker load [-i FILE]"""
    path = options.get('i')
    if not path and io.stdin.isatty:
        raise Complaint('requested load from stdin, but stdin is empty', bare=True)
    try:
        data = ctx.files.read(normalize(path, ctx.cwd)) if path else await io.stdin.read()
    except OSError:
        raise Complaint(f'open {path}: no such file or directory', bare=True) from None
    for name in engine.load(data):
        io.stdout.write(f'Loaded image{" ID" if name.startswith("sha256:") else ""}: {name}\n')
    return 0
