"""The files that rsyslog keeps in /var/log of an Ubuntu machine: they say what the journal says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from tutor.shell.systemd.journal import KERNEL, Entry

if TYPE_CHECKING:
    from tutor.cluster.machine.machine import Machine

AUTHORITY = frozenset(('login', 'sshd', 'su', 'sudo', 'systemd-logind'))
"""Whose words are of the facility authpriv."""


def furnish(machine: Machine) -> None:
    """Put them onto a machine's disk."""
    chosen: dict[str, Callable[[Entry], bool]] = {
        'syslog': lambda entry: entry.identifier not in AUTHORITY,
        'auth.log': lambda entry: entry.identifier in AUTHORITY,
        'kern.log': lambda entry: entry.identifier == KERNEL}
    for name, wanted in chosen.items():
        machine.files.put(f'/var/log/{name}', partial(_written, machine, wanted), 0o640)


def _written(machine: Machine, wanted: Callable[[Entry], bool]) -> bytes:
    """RSYSLOG_FileFormat."""
    begin, name = machine.simulation.epoch, machine.name
    lines = (f'{begin + timedelta(seconds=entry.moment):%Y-%m-%dT%H:%M:%S.%f}+00:00 {name} {entry.speaker}: '
             f'{entry.message}\n' for entry in machine.journal.all() if wanted(entry))
    return ''.join(lines).encode('utf-8', 'surrogateescape')
