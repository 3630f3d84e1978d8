"""What one shell and all its subshells may use before they are stopped."""

from __future__ import annotations

YIELD_EVERY = 500
"""Commands between two chances for others to run."""
MAX_STEPS = 200_000
"""Commands that may run without any virtual time passing: beyond that a loop is stopped."""
SPIN_AFTER = 5_000
"""Commands after which a loop that never waits uses a core, where loops may go on for ever (`Host.endless`)."""
LONGEST_TURN = 60.0
MAX_SHELLS = 400
"""Subshells alive at once."""
MAX_TEXT = 16 * 1024 * 1024
"""Characters in one value."""


class Budget:
    """Shared by a shell and its subshells."""

    __slots__ = ('_at', '_turn', 'shells', 'spinning', 'steps', 'stopped')

    def __init__(self) -> None:
        self.steps = 0
        self.shells = 0
        self.stopped = False
        """Something ran away: all that runs at this moment is to end."""
        self.spinning = False
        """Computes without ever waiting."""
        self._at = -1.0
        self._turn = 0.0

    def step(self, now: float) -> int:
        """Count a command; how many there were since time last passed."""
        if now != self._at:
            self._at, self.steps, self.stopped = now, 0, False
        self.steps += 1
        return self.steps

    def turn(self, now: float) -> float:
        """A loop still computes: how much time its next commands take. The longer it goes on, the fewer are run."""
        self.spinning = True
        self._turn = min(self._turn * 2 or 1.0, LONGEST_TURN)
        self._at = now + self._turn
        return self._turn

    def waited(self, now: float) -> bool:
        """Whether a loop that computed has let time pass in another way since."""
        if self.spinning and now != self._at:
            self.spinning, self._turn = False, 0.0
            return True
        return False
