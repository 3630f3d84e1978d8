"""klog: how Kubernetes' own programs write their logs ('I0504 09:00:21.000000    613 server.go:529] "…" key="…"')."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tutor.cluster.simulation import Simulation


class Klog:
    """Writes lines of one process."""

    def __init__(self, simulation: Simulation, write: Callable[[str], None], pid: int = 1) -> None:
        self._simulation = simulation
        self._write = write
        self._pid = pid

    def info(self, place: str, message: str, **values: Any) -> None:
        self._line('I', place, message, values)

    def warning(self, place: str, message: str, **values: Any) -> None:
        self._line('W', place, message, values)

    def error(self, place: str, message: str, problem: str = '', **values: Any) -> None:
        """ErrorS: the problem, if there is one, comes first, as err=."""
        self._line('E', place, message, {**({'err': problem} if problem else {}), **values})

    def infof(self, place: str, text: str) -> None:
        """Infof: a line without structure."""
        self._put('I', place, text)

    def errorf(self, place: str, text: str) -> None:
        """Errorf: a line without structure."""
        self._put('E', place, text)

    def warningf(self, place: str, text: str) -> None:
        """Warningf: a line without structure."""
        self._put('W', place, text)

    def _line(self, letter: str, place: str, message: str, values: dict[str, Any]) -> None:
        pairs = ''.join(f' {name}={quoted(value)}' for name, value in values.items())
        self._put(letter, place, f'{quoted(message)}{pairs}')

    def _put(self, letter: str, place: str, text: str) -> None:
        self._write(f'{letter}{self._simulation.wall():%m%d %H:%M:%S.%f} {self._pid:>7} {place}] {text}\n')


def quoted(value: Any) -> str:
    """A value as klog writes it: text in Go's quotes, lists in brackets, the rest as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(',', ':'))


def silence(simulation: Simulation) -> Klog:
    """A log that nobody reads."""
    return Klog(simulation, lambda line: None)
