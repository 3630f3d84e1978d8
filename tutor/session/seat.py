"""A person at the prompt of a shell, whatever cluster is behind it: what is typed, shown, completed and interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.shell.events import expanded
from tutor.shell.parser import parse_status
from tutor.shell.prompts import history_rules
from tutor.shell.sh import prompt as shell_prompt
from tutor.shell.speech import KEY as LANGUAGES
from tutor.shell.switches import is_on

if TYPE_CHECKING:
    from tutor.cluster.simulation import Simulation, Task
    from tutor.shell.completion import Completion
    from tutor.shell.highlight import Span
    from tutor.shell.history import History
    from tutor.shell.interpreter import Shell
    from tutor.shell.terminal import Terminal

INTERRUPTED = 130
"""The exit status after Ctrl-C."""


class Seat:
    """What a session on a simulated cluster and one on a real cluster have in common."""

    simulation: Simulation
    terminal: Terminal
    history: History
    ended: bool
    """Whether the shell was left."""
    _task: Task[int] | None
    """What runs in the foreground."""

    @property
    def shell(self) -> Shell:
        raise NotImplementedError

    @property
    def prompt(self) -> str:
        return shell_prompt(self.shell)

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done

    @property
    def status(self) -> int:
        """The exit status of the last command."""
        return self.shell.status

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which our own programs speak."""
        return self.shell.ctx.extras.get(LANGUAGES, ())

    @languages.setter
    def languages(self, languages: tuple[str, ...]) -> None:
        self.shell.ctx.extras[LANGUAGES] = languages

    def needs_more(self, text: str) -> bool:
        """Whether a text is not a whole command yet."""
        return parse_status(text) == 'incomplete'

    def complete(self, text: str, cursor: int) -> Sequence[Completion]:
        """How the word at the cursor may go on."""
        from tutor.session.completion import complete
        return complete(self.shell, text, cursor)

    def highlight(self, text: str) -> Sequence[Span]:
        from tutor.shell.highlight import highlight
        return highlight(text, self.shell)

    def _remembered(self, text: str) -> str:
        """What is typed, with `!!` and its relatives carried out, which is shown before it runs; it is kept.
        Here-documents are left alone. Raises EventNotFound."""
        if is_on('histexpand', self.shell):
            line, newline, rest = text.partition('\n') if '<<' in text else (text, '', '')
            found = expanded(line, self.history.lines) + newline + rest
            if found != text:
                self.terminal.show(found + '\n')
            text = found
        self.history.add(text, *history_rules(self.shell))
        return text

    def _interrupt(self) -> None:
        """Ctrl-C."""
        if self._task is not None:
            self._task.cancel()
            self.simulation.run_ready()

    def _suspend(self) -> None:
        """Ctrl-Z."""
        self.shell.suspend()
        self.simulation.run_ready()
