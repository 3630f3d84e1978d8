"""Lines of klog on standard error: level, date, time and process id before them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.kubectl.factory import Factory

FATAL = 255
"""The exit status of a program that klog.Fatal ends."""


def log_line(factory: Factory, level: str, place: str, text: str) -> None:
    """One line; `place` is the file and line of kubectl's source."""
    now = factory.ctx.simulation.wall() + timedelta(seconds=factory.waited)
    factory.io.stderr.write(f'{level}{now:%m%d %H:%M:%S.%f} {factory.ctx.pid:>7} {place}] {text}\n')


def log_warning(factory: Factory, place: str, text: str) -> None:
    """klog.Warning."""
    log_line(factory, 'W', place, text)
