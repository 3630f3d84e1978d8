"""/proc/<pid> of a machine: a folder for each process that runs, in containers too, made when it is looked at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tutor.cluster.containers import process_entries
from tutor.cluster.containers.namespaces import HOST
from tutor.cluster.simulation import encoded
from tutor.shell.inodes import Shown
from tutor.shell.programs.ps import name_of
from tutor.shell.vfs import Directory, File, Node, Symlink

if TYPE_CHECKING:
    from tutor.cluster.machine.machine import Machine
    from tutor.shell.process import Process

OOM_SCORES = {'containerd': -999, 'kubelet': -999, 'sshd': -1000}
"""What systemd's units and the kubelet set for themselves."""


class _Entries(dict[str, Node]):
    """The entries of /proc. What is written goes to those that are kept."""

    def __init__(self, kept: dict[str, Node], processes: dict[str, Node]) -> None:
        super().__init__({**kept, **processes})
        self._kept = kept

    def __setitem__(self, name: str, node: Node) -> None:
        self._kept[name] = node
        super().__setitem__(name, node)

    def __delitem__(self, name: str) -> None:
        self._kept.pop(name, None)
        super().__delitem__(name)


def furnish(machine: Machine) -> None:
    """Let a machine's /proc show its processes."""
    files = machine.files
    folder = files.node('/proc')
    assert isinstance(folder, Directory)
    kept = dict(folder.entries)
    files.root.entries['proc'] = Shown(folder.owner, lambda: _Entries(kept, _processes(machine)), folder.mtime, 0o555)


def _processes(machine: Machine) -> dict[str, Node]:
    return {str(pid): _folder(machine, process) for pid, process in machine.processes.items()}


def _folder(machine: Machine, process: Process) -> Directory:
    """The folder of one process, which belongs to whoever runs it."""
    folder = Shown(None, partial(_entries, machine, process), process.started, 0o555)
    folder.uid, folder.gid = process.context.uid, process.context.gid
    return folder


def _entries(machine: Machine, process: Process) -> dict[str, Node]:
    context = process.context
    words = process_entries.words(process)
    words['environ'].uid, words['environ'].gid = context.uid, context.gid
    found: dict[str, Node] = {
        **words, 'cwd': Symlink(None, context.cwd),
        'exe': Symlink(None, process.argv[0].partition(':')[0]),
        'oom_score_adj': File(None, f'{_score(process)}\n'.encode(), 0o644),
        'root': Symlink(None, '/'), 'status': File(None, lambda: _status(process), 0o444)}
    if context.host is machine:
        spaces = Directory(None, process.started, 0o511)
        spaces.entries = {kind: Symlink(None, f'{kind}:[{number}]') for kind, number in HOST.items()}
        found['ns'] = spaces
        unit = 'init.scope' if process.pid == 1 else f'system.slice/{name_of(process)}.service'
        found['cgroup'] = File(None, f'0::/{unit}\n'.encode(), 0o444)
    return found


def _score(process: Process) -> int:
    own = getattr(process.context.host, 'oom_score', None)
    return own if own is not None else OOM_SCORES.get(name_of(process), 0)


def _status(process: Process) -> bytes:
    bounding = process.context.host.capabilities
    effective = bounding if process.context.uid == 0 else 0
    parent = process.parent or int(process.pid != 1)
    return encoded(
        f'{process_entries.identity(process, parent)}'
        f'VmRSS:\t{process.resident // 1024:>8} kB\nThreads:\t1\nCapInh:\t{0:016x}\n'
        f'CapPrm:\t{effective:016x}\nCapEff:\t{effective:016x}\nCapBnd:\t{bounding:016x}\n'
        f'CapAmb:\t{0:016x}\nNoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n')
