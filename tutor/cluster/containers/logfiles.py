"""/var/log/pods and /var/log/containers of a node: the containers' logs as files, made when they are looked at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tutor.cluster.containers.container import Container
from tutor.cluster.containers.cri import log_folder
from tutor.cluster.containers.logs import LogOptions, lines_of, render
from tutor.shell.inodes import Shown
from tutor.shell.vfs import Directory, File, FileSystem, Node, Symlink

if TYPE_CHECKING:
    from tutor.cluster.containers.runtime import Runtime

PODS, CONTAINERS = '/var/log/pods', '/var/log/containers'


def mount(files: FileSystem, runtime: Runtime) -> None:
    """Show the logs of a runtime's containers on its machine's disk."""
    logs = FileSystem(lambda: runtime.simulation.now, read_only=True)
    for path, entries in ((PODS, _pods), (CONTAINERS, _links)):
        shown = FileSystem(lambda: runtime.simulation.now, read_only=True)
        shown.root = Shown(logs, partial(entries, logs, runtime))
        files.mount(path, shown, read_only=True)


def _pods(owner: FileSystem, runtime: Runtime) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for sandbox in runtime.sandboxes.values():
        folder = found[log_folder(sandbox).rpartition('/')[2]] = Directory(owner, sandbox.created_at)
        for identity in sandbox.containers:
            container = runtime.containers[identity]
            own = folder.entries.setdefault(container.config.name, Directory(owner, container.created_at))
            assert isinstance(own, Directory)
            own.entries[f'{container.config.attempt}.log'] = File(
                owner, partial(_text, runtime, container), 0o640, container.created_at)
    return found


def _links(owner: FileSystem, runtime: Runtime) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for sandbox in runtime.sandboxes.values():
        namespace, _, name = sandbox.pod.partition('/')
        for identity in sandbox.containers:
            config = runtime.containers[identity].config
            found[f'{name}_{namespace}_{config.name}-{identity}.log'] = Symlink(
                owner, f'{log_folder(sandbox)}/{config.name}/{config.attempt}.log', sandbox.created_at)
    return found


def _text(runtime: Runtime, container: Container) -> bytes:
    """The log in the CRI's form: '2026-05-04T09:00:21.123456000Z stdout F …'."""
    options = LogOptions(timestamps=True)
    found = []
    for line in lines_of(container.log.since(0)):
        stamp, _, text = render(runtime.simulation, line, options).partition(b' ')
        found.append(b'%s %s F %s' % (stamp, line[1].encode(), text if text.endswith(b'\n') else text + b'\n'))
    return b''.join(found)
