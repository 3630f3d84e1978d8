"""What one shell and all its subshells may use before they are stopped."""

from __future__ import annotations

YIELD_EVERY = 500
"""Commands between two chances for others to run."""
MAX_STEPS = 200_000
"""Commands that may run without any virtual time passing: beyond that a loop is stopped."""
MAX_SHELLS = 400
"""Subshells alive at once."""
MAX_TEXT = 16 * 1024 * 1024
"""Characters in one value."""


class Budget:
    """Shared by a shell and its subshells."""

    __slots__ = ('_at', 'shells', 'steps', 'stopped')

    def __init__(self) -> None:
        self.steps = 0
        self.shells = 0
        self.stopped = False
        """Something ran away: all that runs at this moment is to end."""
        self._at = -1.0

    def step(self, now: float) -> int:
        """Count a command; how many there were since time last passed."""
        if now != self._at:
            self._at, self.steps, self.stopped = now, 0, False
        self.steps += 1
        return self.steps
