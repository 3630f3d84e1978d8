"""Which machines of a network reach each other: what is cut, what is switched off, how long a packet takes."""

from __future__ import annotations

from collections.abc import Callable

LATENCY = 0.0002
DROPPED = 'dropped'
UNREACHABLE = 'unreachable'


class Links:
    """The state of the wires between machines. Whoever depends on it is told by `on_change` when it changes."""

    def __init__(self) -> None:
        self.latency = LATENCY
        """Seconds that a packet takes from one machine to another, or inside one."""
        self.on_change: list[Callable[[], None]] = []
        self._off: set[str] = set()
        self._alone: set[str] = set()
        self._cut: set[frozenset[str]] = set()

    def between(self, one: str, other: str) -> str:
        """What comes of a packet from one machine to another: '' (it arrives), UNREACHABLE or DROPPED."""
        if not (self._off or self._alone or self._cut) or one == other:
            return ''
        if one in self._off or other in self._off:
            return UNREACHABLE
        if one in self._alone or other in self._alone or frozenset((one, other)) in self._cut:
            return DROPPED
        return ''

    def switch(self, machine: str, on: bool) -> None:
        """Switch a machine on or off."""
        (self._off.discard if on else self._off.add)(machine)
        self._changed()

    def cut(self, one: str, other: str = '') -> None:
        """Cut the wire between two machines; without a second one, between one and all others."""
        if other:
            self._cut.add(frozenset((one, other)))
        else:
            self._alone.add(one)
        self._changed()

    def join(self, one: str, other: str = '') -> None:
        """Mend what `cut` cut."""
        if other:
            self._cut.discard(frozenset((one, other)))
        else:
            self._alone.discard(one)
        self._changed()

    def _changed(self) -> None:
        for told in self.on_change:
            told()
