"""ctr: containerd's own client, of which only looking is simulated. What Kubernetes runs is in the namespace k8s.io."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.shell.access import READ, WRITE, allowed
from tutor.shell.cri import ContainerRuntime
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse

SOCKET = '/run/containerd/containerd.sock'
KUBERNETES, DEFAULT, DOCKER = 'k8s.io', 'default', 'moby'
PAUSE = 'registry.k8s.io/pause:3.10'
INDEX = 'application/vnd.oci.image.index.v1+json'
MANAGED, PINNED = 'io.cri-containerd.image=managed', 'io.cri-containerd.pinned=pinned'
GROUPS = {'c': 'containers', 'container': 'containers', 'i': 'images', 'image': 'images', 'namespace': 'namespaces',
          'ns': 'namespaces', 't': 'tasks', 'task': 'tasks'}
LISTS = ('containers', 'images', 'namespaces')
UNITS = ('B', 'KiB', 'MiB', 'GiB')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """ctr [-n NAMESPACE] images|containers|namespaces ls [-q] | version"""
    general = parse(argv, ctx, 'n:a:hv', {'namespace': 'n', 'address': 'a', 'help': 'h', 'version': 'v', 'debug': ''},
                    permute=False)
    if 'v' in general:
        io.stdout.write('ctr github.com/containerd/containerd/v2 v2.1.9\n')
        return 0
    group, *words = general.args or ['']
    group = GROUPS.get(group, group)
    if group == 'version' and not words:
        found = _connect(ctx).version()['runtimeVersion']
        io.stdout.write(f'Client:\n  Version:  {found}\n\nServer:\n  Version:  {found}\n')
        return 0
    options = parse(['ctr', *words], ctx, 'q', {'quiet': 'q'})
    if group not in LISTS or options.args not in (['ls'], ['list']):
        raise Complaint(f'error: ctr {" ".join(general.args) or "--help"} is not simulated here')
    runtime, namespace = _connect(ctx), general.get('n', ctx.env.get('CONTAINERD_NAMESPACE', '') or DEFAULT)
    if namespace == DOCKER and group != 'namespaces':
        raise Complaint(f'error: ctr -n {DOCKER} is not simulated here; docker shows what is there')
    rows, gap, least = _rows(group, runtime, namespace)
    if 'q' in options:
        io.stdout.write(''.join(f'{row[0]}\n' for row in rows[1:]))
    else:
        _table(rows, gap, least, io)
    return 0


def _connect(ctx: Context) -> ContainerRuntime:
    """containerd behind its socket. Raises Complaint."""
    problem = ''
    try:
        node = ctx.files.node(SOCKET)
        if not (allowed(node, ctx, READ) and allowed(node, ctx, WRITE)):
            problem = 'permission denied'
    except OSError:
        problem = 'no such file or directory'
    machine = ctx.host.machine
    if problem or machine is None or SOCKET not in machine.sockets:
        raise Complaint(f'failed to dial "{SOCKET}": context deadline exceeded: connection error: desc = "transport: '
                        f'error while dialing: dial unix {SOCKET}: connect: {problem or "connection refused"}"')
    return machine.sockets[SOCKET]


def _rows(group: str, runtime: ContainerRuntime, namespace: str) -> tuple[list[tuple[str, ...]], int, int]:
    """The table of a list, with the space between its columns and the least width of one."""
    if group == 'namespaces':
        return [('NAME', 'LABELS', ''), *((name, '', '') for name in (KUBERNETES, DOCKER))], 1, 1
    here = namespace == KUBERNETES
    if group == 'containers':
        return [('CONTAINER', 'IMAGE', 'RUNTIME', ''), *(_containers(runtime) if here else ())], 4, 4
    head = ('REF', 'TYPE', 'DIGEST', 'SIZE', 'PLATFORMS', 'LABELS', '')
    return [head, *(_images(runtime) if here else ())], 1, 1


def _containers(runtime: ContainerRuntime) -> list[tuple[str, ...]]:
    """Containers and the sandboxes of pods, by id."""
    names = {image['id']: image['repoTags'][0] for image in runtime.images()}
    found = [(each['id'], names.get(each['imageId'], each['imageId'])) for each in runtime.containers()]
    found += [(each['id'], PAUSE) for each in runtime.pods()]
    return [(identity, image, 'io.containerd.runc.v2', '') for identity, image in sorted(found)]


def _images(runtime: ContainerRuntime) -> list[tuple[str, ...]]:
    """Each image by its tag, by its digest, and by its id."""
    rows: list[tuple[str, ...]] = []
    for image in runtime.images():
        digest = image['repoDigests'][0].rpartition('@')[2]
        labels = f'{MANAGED},{PINNED}' if image['pinned'] else MANAGED
        rows += [(name, INDEX, digest, _size(int(image['size'])), 'linux/amd64', labels, '')
                 for name in (image['repoTags'][0], image['repoDigests'][0], image['id'])]
    return sorted(rows)


def _size(size: float) -> str:
    """progress.Bytes."""
    unit = 0
    while size >= 1024 and unit < len(UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f'{size:.1f} {UNITS[unit]}'


def _table(rows: Sequence[tuple[str, ...]], gap: int, least: int, io: IO) -> None:
    """text/tabwriter, each cell ended by a tab."""
    widths = [max(least, *(len(row[place]) + gap for row in rows)) for place in range(len(rows[0]) - 1)]
    for row in rows:
        io.stdout.write(''.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + '\n')
