"""What a pseudo terminal does with what is typed (termios), and who has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Mode:
    """What programs change with tcsetattr: whole lines (ICANON), what is typed is shown (ECHO), Ctrl-C is a signal and
    no key (ISIG, VINTR), and Ctrl-Z is (VSUSP)."""

    lines: bool = True
    echo: bool = True
    interrupts: bool = True
    suspends: bool = True


SANE = Mode()
RAW = Mode(lines=False, echo=False, interrupts=False, suspends=False)


class Remote(Protocol):
    """Another terminal that the keys are meant for, while a program such as `kubectl exec -it` lends this one to it."""

    def interrupt(self) -> None: ...
    def suspend(self) -> None: ...
    def end_of_file(self) -> None: ...


@contextmanager
def mode(terminal: Any, **flags: bool) -> Iterator[None]:
    """Change flags of a terminal (a `Terminal`, a container's `Console`, or None) as long as a program needs them."""
    if terminal is None:
        yield
        return
    before: Mode = terminal.mode
    terminal.set_mode(replace(before, **flags))
    try:
        yield
    finally:
        terminal.set_mode(before)


@contextmanager
def joined(terminal: Any, console: Any, resize: Callable[[int, int], None]) -> Iterator[None]:
    """A client joins its terminal, if it has one, to the console of a process elsewhere: size and mode follow. Without
    a console here (a real server has it), every key goes there as it is."""
    if terminal is None:
        yield
        return
    before: Mode = terminal.mode
    terminal.follow(resize)
    if console is None:
        terminal.set_mode(RAW)
    else:
        console.connect(terminal)
        terminal.remotes.append(console)
    try:
        yield
    finally:
        if console is not None:
            terminal.remotes.remove(console)
            console.disconnect(terminal)
        terminal.leave(resize)
        terminal.set_mode(before)


@contextmanager
def lent(terminal: Any, remote: Remote) -> Iterator[None]:
    """Ctrl-C, Ctrl-Z and Ctrl-D at a terminal are the remote one's as long as a client holds it."""
    if terminal is None:
        yield
        return
    before: Mode = terminal.mode
    terminal.remotes.append(remote)
    try:
        yield
    finally:
        terminal.remotes.remove(remote)
        terminal.set_mode(before)
