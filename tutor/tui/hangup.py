"""Whether the terminal is still there: a window that was closed must take the program with it."""

from __future__ import annotations

import sys


def is_gone() -> bool:
    """Whether the terminal that the program was started in has been hung up.

    A parent that catches SIGHUP, as make does, keeps it from its children; what they read is then an endless end.
    """
    try:
        import termios
    except ImportError:  # no POSIX terminals here
        return False
    try:
        termios.tcgetattr(sys.__stdin__)  # type: ignore[arg-type]
    except (termios.error, OSError, ValueError):
        return True
    return False
