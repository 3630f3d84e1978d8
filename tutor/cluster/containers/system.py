"""What every container has besides its image: /proc, /dev, /sys, its mounts, and an empty standard input."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tutor.cluster.containers import cgroup, proc
from tutor.cluster.containers.confinement import confined
from tutor.cluster.simulation import Pipe
from tutor.cluster.simulation.coroutines import Scheduler
from tutor.cluster.simulation.pipes import CAPACITY
from tutor.shell import inodes
from tutor.shell.disk import Disk
from tutor.shell.streams import BytesReader
from tutor.shell.vfs import Device, Directory, FileSystem

if TYPE_CHECKING:
    from tutor.cluster.containers.container import Container

DEVICES = ('full', 'null', 'ptmx', 'random', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero')
HOST_DEVICES = ('autofs', 'bsg', 'btrfs-control', 'cpu_dma_latency', 'cuse', 'fuse', 'hpet', 'hwrng', 'kmsg', 'kvm',
                'loop-control', 'loop0', 'loop1', 'mem', 'nvram', 'port', 'ppp', 'rtc0', 'snapshot', 'tty0', 'tty1',
                'tty2', 'ttyS0', 'uinput', 'userfaultfd', 'vcs', 'vda', 'vda1', 'vga_arbiter', 'vhost-net', 'watchdog')


UNKNOWN = 0, 0
"""The size of a terminal that nobody has told it."""


EMPTY = BytesReader()
"""/dev/null as standard input."""


class TerminalPipe(Pipe):
    """A stream of a process that has a terminal."""

    isatty = True

    def __init__(self, scheduler: Scheduler, capacity: int = CAPACITY) -> None:
        super().__init__(scheduler, capacity)
        self._end_typed = False
        self.terminal: Any = None
        """The `Console` whose keyboard it is."""
        self.window = UNKNOWN
        """Columns and rows; unknown until the other end tells them."""

    def end_of_file(self) -> None:
        """Ctrl-D: who reads gets the end, once."""
        self._end_typed = True
        self._changed.notify()

    def flush(self) -> None:
        """Ctrl-C: what was typed and not yet read is forgotten."""
        self._buffer.clear()
        self._end_typed = False
        self._changed.notify()

    async def read(self, size: int = -1) -> bytes:
        return b'' if await self._at_end() else await super().read(size)

    async def readline(self) -> bytes:
        return b'' if await self._at_end() else await super().readline()

    async def _at_end(self) -> bool:
        """Wait until there is something to read; whether it is the end that was typed."""
        while not (self._buffer or self._end_typed or self.closed or self.broken):
            await self._changed.wait()
        at_end = self._end_typed and not self._buffer
        self._end_typed = self._end_typed and not at_end
        return at_end


def build(container: Container, disk: Disk) -> FileSystem:
    """The file system of a container: the image's, copied where written, and what is mounted over it."""
    config = container.config
    assert container.host is not None
    simulation = container.host.simulation
    files = confined(config.confinement, lambda: simulation.now, lower=config.manifest.root,
                     read_only=config.read_only_root, disk=disk, layered=True)
    files.mount('/proc', proc.file_system(container))
    files.mount('/dev', FileSystem(lambda: simulation.now, lower=devices(config.privileged), medium=inodes.MEMORY))
    system = FileSystem(lambda: simulation.now, lower=_sys(), medium=inodes.KERNEL)
    system.mount('/fs/cgroup', cgroup.file_system(container), read_only=True)
    files.mount('/sys', system, read_only=not config.privileged)
    if config.termination:
        message = FileSystem(lambda: simulation.now)
        message.put('/log', b'', 0o666)
        files.mount(config.termination, message, '/log')
    for mount in config.mounts:
        source, path = mount.source()
        files.mount(mount.path, source, path, mount.read_only)
    return files


@lru_cache(maxsize=2)
def devices(privileged: bool) -> FileSystem:
    files = FileSystem(lambda: 0.0, medium=inodes.MEMORY)
    for kind in (*DEVICES, *(HOST_DEVICES if privileged else ())):
        files.device(f'/{kind}', kind)
    for folder in ('/mqueue', '/pts', '/shm'):
        files.make_dirs(folder)
    files.symlink('/proc/kcore', '/core')
    files.symlink('/proc/self/fd', '/fd')
    files.chmod('/shm', 0o1777)
    return files


@lru_cache(maxsize=1)
def _sys() -> FileSystem:
    files = FileSystem(lambda: 0.0, medium=inodes.KERNEL)
    for folder in ('/block', '/bus', '/class', '/dev', '/devices', '/firmware', '/fs/cgroup', '/kernel', '/module',
                   '/power'):
        files.make_dirs(folder)
    files.chmod('/', 0o555)
    return files


__all__ = ['EMPTY', 'Device', 'Directory', 'build']
