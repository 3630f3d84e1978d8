"""What `ssh` to a node gives: the door to a machine that programs on it go through. A container, and a shell on a real
cluster, has none: `Host.machine` is None there, and what needs one says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tutor.shell.process import Host
    from tutor.shell.systemd.journal import Journal
    from tutor.shell.systemd.systemd import Systemd


FIRST_BOOT = -3600.0
"""When the machines were switched on: before the simulation's first moment."""


class Machine(Protocol):
    """A node's machine. `host` has its files, processes, network and programs; `systemd` runs its units, whose output
    is in `journal`; `sockets` are the services that listen at a path of its disk, such as a container runtime
    (`tutor.shell.cri`); `boot` and `halt` switch it on and off, unless `attended`: somebody sits at it."""

    on: bool
    booted_at: float
    attended: bool

    @property
    def host(self) -> Host: ...
    @property
    def systemd(self) -> Systemd: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def sockets(self) -> dict[str, Any]: ...
    def usage(self, resource: str) -> tuple[int, int]:
        """How many bytes of 'memory' or 'ephemeral-storage' (the disk) the machine has, and how many are in use."""
        ...
    def boot(self) -> None: ...
    def halt(self) -> None: ...
