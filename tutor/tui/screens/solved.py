"""An exercise is solved: what happened, what to remember, and where to go from here."""

from __future__ import annotations

from time import monotonic
from typing import ClassVar

from textual.binding import Binding, BindingType

from tutor.i18n import Voice
from tutor.i18n.voice import pick
from tutor.i18n.wrap import Line
from tutor.tui.contract import Solved
from tutor.tui.looks import EMPTY, StyledLine, StyledRun, line, run
from tutor.tui.reading.inline import inline_lines
from tutor.tui.reading.layout import hard_wrap
from tutor.tui.screens.dialog import Dialog

DEAF_FOR = 0.6
"""Seconds in which a key is not taken for an answer: it was meant for the prompt."""


def score(solved: Solved, voice: Voice) -> str:
    """`3 条命令 commands，最少 best 2`"""
    comma = ', ' if voice.mode == 'en' else '，'
    return (f'{solved.commands} {voice.counted("command", "commands", solved.commands)}{comma}'
            f'{voice.label("best")} {solved.best}')


class SolvedDialog(Dialog):
    """Comes by itself, so it does not take the keys of somebody who is still typing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('enter', 'choose("next")', show=False), Binding('r', 'choose("again")', show=False),
        Binding('s', 'choose("solution")', show=False), Binding('f3', 'choose("flow")', show=False),
        Binding('f8', 'choose("next")', show=False),
    ]

    def __init__(self, solved: Solved, *, last: bool) -> None:
        super().__init__()
        self.solved = solved
        self.last = last
        self._since = monotonic()

    def title_labels(self) -> tuple[str, str]:
        solved = self.solved
        return f'{self.signs.done} {self.voice.label("Solved")}', score(solved, self.voice)

    def lines(self, width: int) -> list[StyledLine]:
        lines = [found for language in self.voice.languages
                 for found in inline_lines(pick(self.solved.text, language), width)]
        keep = pick(self.solved.keep, self.voice.first)
        label = self.voice.label('Keep')
        parts = hard_wrap(line(run(f'{label}  ', 'note'), run(keep, 'command')), width)
        return [*lines, EMPTY, *parts, EMPTY, *self._choices(width)]

    def _choices(self, width: int) -> list[StyledLine]:
        choices = [(self.signs.enter, self.voice.label('Next'), 'next'), ('r', self.voice.label('Again'), 'again'),
                   ('s', self.voice.label('Solution'), 'solution'), ('F3', self.voice.label('Flow'), 'flow')]
        rows: list[list[StyledRun]] = [[]]
        for key, words, choice in choices:
            action = f'screen.choose({choice!r})'
            entry = [run(key, 'key', action=action), run(f' {words}    ', 'text', action=action)]
            if Line((*rows[-1], *entry)).width > width + 4:
                rows.append([])
            rows[-1] += entry
        return [Line(tuple(row)) for row in rows]

    def action_choose(self, choice: str) -> None:
        if monotonic() - self._since >= DEAF_FOR:
            self.dismiss(choice)
