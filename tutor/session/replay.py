"""Living through a session's log again, unseen, a stretch at a time: a screen can show that it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tutor.course.progress import Entry
from tutor.session.files import entry_file
from tutor.session.sitting import put

if TYPE_CHECKING:
    from tutor.session.session import Session


class Replay:
    """The entries that are still to be lived through, and the moment where it ends."""

    def __init__(self, session: Session, entries: Sequence[Entry], until: float | None = None) -> None:
        self._session = session
        self._entries = entries
        self._next = 0
        self._until = until

    def go_on(self, most: int | None = None) -> bool:
        """Run at most so many events; True when everything has been lived through."""
        steps = 0

        def enough() -> bool:
            nonlocal steps
            steps += 1
            return most is not None and steps > most

        simulation = self._session.simulation
        with self._unseen():
            while self._next < len(self._entries):
                entry = self._entries[self._next]
                if simulation.run_until(enough, entry.at):
                    return False
                self._next += 1
                self._act(entry)
            if self._until is not None and simulation.run_until(enough, self._until):
                return False
            simulation.run_ready()
        return True

    @contextmanager
    def _unseen(self) -> Iterator[None]:
        """Nothing is shown, asked, logged or set by what happens again."""
        session, terminal, time = self._session, self._session.terminal, self._session.time
        kept = (terminal.on_output, terminal.open_editor, session.on_entry)
        flow = (time.speed, time.paused)
        terminal.on_output, terminal.open_editor, session.on_entry = None, lambda *_: None, None
        try:
            yield
        finally:
            terminal.on_output, terminal.open_editor, session.on_entry = kept
            time.speed, time.paused = flow
            time.forget_jumps()
            session.go_back(0)
            terminal.pumped()

    def _act(self, entry: Entry) -> None:
        session = self._session
        match entry.kind:
            case 'command':
                session.submit(entry.command)
            case 'line':
                session.terminal.type_line(entry.command)
            case 'key':
                session.terminal.type_key(entry.command)
            case 'interrupt':
                session.terminal.interrupt()
            case 'suspend':
                session.terminal.suspend()
            case 'end':
                session.terminal.end_of_file()
            case 'edit':
                session.terminal.edited(entry.command)
            case 'abandon':
                session.terminal.edited(None)
            case 'file':
                session.note(entry.kind, entry.command)
                put(session.bench, *entry_file(entry.command))
