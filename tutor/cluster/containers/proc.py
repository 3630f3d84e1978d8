"""/proc of a container: its processes and what they say of themselves, made when it is looked at."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from tutor.cluster.containers import namespaces, process_entries
from tutor.cluster.simulation import encoded
from tutor.shell import inodes, kernel, procfs
from tutor.shell.inodes import MagicLink, Shown
from tutor.shell.programs.chroot import MACHINE
from tutor.shell.vfs import Device, Directory, File, FileSystem, Mount, Node, Symlink

if TYPE_CHECKING:
    from tutor.cluster.containers.container import Container
    from tutor.shell.process import Host, Process

SHARED = ('cmdline', 'cpuinfo', 'loadavg', 'meminfo', 'uptime', 'version')
"""What the kernel says of the machine, which no container hides."""


def file_system(container: Container) -> FileSystem:
    """The /proc of a container."""
    files = FileSystem(lambda: 0.0, medium=inodes.KERNEL)
    fixed: dict[str, Node] = {
        **{name: File(files, partial(_of_machine, container, name), 0o444) for name in SHARED},
        'mounts': Symlink(files, 'self/mounts'),
        'self': Symlink(files, '1'),
        'sys': _parameters(container),
        'net': Symlink(files, 'self/net'),
    }
    files.root = Shown(files, lambda: {**fixed, **_processes(container)}, 0.0, 0o555)
    return files


def _processes(container: Container) -> dict[str, Node]:
    """A directory for each process that runs."""
    host = container.host
    return {} if host is None else {str(pid): Shown(None, partial(_of_process, container, process), 0.0, 0o555)
                                    for pid, process in host.processes.items()}


def _parameters(container: Container) -> Node:
    """/proc/sys: read-only, but for privileged containers, which see the machine's own."""
    config = container.config
    if config.kernel is not None:
        return Mount(None, config.kernel, kernel.PARAMETERS, False)
    return Mount(None, _parameter_files(tuple(config.sysctls.items())), kernel.PARAMETERS, True)


@lru_cache(maxsize=64)
def _parameter_files(own: tuple[tuple[str, str], ...]) -> FileSystem:
    files = FileSystem(lambda: 0.0, medium=inodes.KERNEL)
    for name, value in kernel.of_container(dict(own)).items():
        files.put(kernel.place(name), value + '\n')
    return files


def _of_process(container: Container, process: Process) -> dict[str, Node]:
    streams = Directory(None, 0.0, 0o500)
    attributes = Directory(None, 0.0, 0o555)
    attributes.entries['current'] = File(None, f'{container.config.confinement.label}\n'.encode(), 0o666)
    net = Directory(None, 0.0, 0o555)
    net.entries = {name: File(None, make, 0o444) for name, make in procfs.files(lambda: container.network).items()}
    if process.pid == 1:
        streams.entries = _streams(container)
    return {
        **process_entries.words(process),
        'status': File(None, lambda: _status(container, process), 0o444),
        'mounts': File(None, lambda: mounts(container), 0o444),
        'cgroup': File(None, b'0::/\n', 0o444),
        'oom_score_adj': File(None, f'{container.config.oom_score}\n'.encode(), 0o644),
        'attr': attributes,
        **namespaces.entries(container),
        'fd': streams,
        'net': net,
        'cwd': Symlink(None, process.context.cwd),
        'exe': Symlink(None, _program(process)),
        'root': _root(container, process),
    }


def _root(container: Container, process: Process) -> Node:
    """The files as the process sees them: another container's, where the process table is shared."""
    if process.context.host is container.host:
        return Symlink(None, '/')
    return Mount(None, process.context.host.files, '/', False)


def _streams(container: Container) -> dict[str, Node]:
    """/proc/1/fd: what the main process reads and writes, a terminal if it has one."""
    found: dict[str, Node] = {}
    for number, (kind, mode) in enumerate((('stdin', 0o500), ('stdout', 0o300), ('stderr', 0o300))):
        stream, pipe = MainStream(container, kind), f'pipe:[{namespaces.number(f"{kind} {container.id}")}]'
        shown, mode = ('/dev/pts/0', 0o700) if container.config.tty else ('/dev/null', 0o700) if (
            not number and not container.config.stdin) else (pipe, mode)
        found[str(number)] = MagicLink(stream, shown, mode, container.started_at or 0.0)
    return found


def _program(process: Process) -> str:
    """Where the program is that a process runs: its name is looked for as a shell does."""
    name, context = process.argv[0].partition(':')[0], process.context
    folders = context.env.get('PATH', '').split(':') if '/' not in name else ()
    found = next((path for folder in folders if context.files.is_file(path := f'{folder}/{name}')), name)
    return '/bin/busybox' if found.startswith('/bin/') and context.host.userland == 'busybox' else found


class MainStream(Device):
    """A standard stream of process 1: what is written to it goes where that process's own output goes."""

    __slots__ = ('_container',)

    def __init__(self, container: Container, kind: str) -> None:
        super().__init__(None, f'/proc/1/{kind}')
        self._container = container

    def write(self, data: bytes) -> None:
        """Write as the main process would."""
        (self._container.stderr if self.kind.endswith('stderr') else self._container.stdout).write(data)


def _status(container: Container, process: Process) -> bytes:
    config = container.config
    bounding = process.context.host.capabilities
    effective = bounding if process.context.uid == 0 else 0
    groups = ' '.join(str(group) for group in config.groups)
    return encoded(
        f'{process_entries.identity(process, process.parent)}Groups:\t{groups} \n'
        f'Threads:\t1\nCapInh:\t{0:016x}\nCapPrm:\t{effective:016x}\nCapEff:\t{effective:016x}\n'
        f'CapBnd:\t{bounding:016x}\nCapAmb:\t{0:016x}\nNoNewPrivs:\t{config.no_new_privileges:d}\n'
        f'Seccomp:\t{2 if config.filtered else 0}\nSeccomp_filters:\t{config.filtered:d}\n')


def mounts(container: Container) -> bytes:
    """/proc/mounts: what `mount` prints."""
    config = container.config
    mode = 'ro' if config.read_only_root else 'rw'
    lines = [f'overlay / overlay {mode},relatime 0 0', 'proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0',
             'tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0',
             'devpts /dev/pts devpts rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666 0 0',
             'mqueue /dev/mqueue mqueue rw,nosuid,nodev,noexec,relatime 0 0',
             'sysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0',
             'cgroup /sys/fs/cgroup cgroup2 ro,nosuid,nodev,noexec,relatime 0 0',
             'shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0']
    lines += (f'{mount.device} {mount.path} {mount.kind} {"ro" if mount.read_only else "rw"},relatime 0 0'
              for mount in config.mounts)
    return '\n'.join([*lines, '']).encode()


def _of_machine(container: Container, name: str) -> bytes:
    """One of those, nothing where no machine is known."""
    machine: Host | None = container.config.extras.get(MACHINE)
    return machine.files.read(f'/proc/{name}') if machine is not None else b''
