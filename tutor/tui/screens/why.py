"""F1: what the last error means, or the next hint."""

from __future__ import annotations

from tutor.i18n import Bilingual
from tutor.i18n.voice import pick
from tutor.i18n.width import cells
from tutor.i18n.wrap import Line
from tutor.tui.contract import Explanation
from tutor.tui.looks import EMPTY, StyledLine, line, run
from tutor.tui.reading.inline import inline_lines
from tutor.tui.reading.layout import hard_wrap
from tutor.tui.screens.dialog import Dialog


class WhyDialog(Dialog):
    """The error as printed, the explanation, and commands to look or to go on with."""

    def __init__(self, explanation: Explanation) -> None:
        super().__init__()
        self.explanation = explanation
        self.commands = [suggestion.command for suggestion in explanation.suggestions]

    def title_labels(self) -> tuple[str, str]:
        return self.voice.label('Why?'), 'Esc'

    def lines(self, width: int) -> list[StyledLine]:
        lines = [part for source in self.explanation.error.strip().split('\n')[:4]
                 for part in hard_wrap(line(run(source, 'error')), width)]
        lines.append(EMPTY)
        for language in self.voice.languages:
            for paragraph in pick(self.explanation.text, language).split('\n\n'):
                lines.extend(inline_lines(paragraph, width))
        if self.commands:
            lines += [EMPTY, *self._suggestions(width)]
        return lines

    def _suggestions(self, width: int) -> list[StyledLine]:
        labels = [self.voice.words(suggestion.label) for suggestion in self.explanation.suggestions]
        column = max(map(cells, labels)) + 1
        lines: list[StyledLine] = []
        for number, (label, command) in enumerate(zip(labels, self.commands, strict=True), 1):
            action = f'screen.type_command({number})'
            head = f'{self.signs.step}{number} '
            parts = hard_wrap(line(run(command, 'command', action=action)), max(width - column - cells(head), 20))
            for index, part in enumerate(parts):
                lead = (run(label + ' ' * (column - cells(label)), 'dim'), run(head, 'key', action=action))
                lines.append(Line((*(lead if not index else (run(' ' * (column + cells(head))),)), *part.runs)))
        return lines


class HintDialog(Dialog):
    """A hint, where the screen has no place for it."""

    def __init__(self, hint: Bilingual, number: int, total: int) -> None:
        super().__init__()
        self.hint, self.number, self.total = hint, number, total

    def title_labels(self) -> tuple[str, str]:
        return f'{self.voice.label("Hint")} {self.number}/{self.total}', 'Esc'

    def lines(self, width: int) -> list[StyledLine]:
        return [found for text in self.voice.sentences(self.hint) for found in inline_lines(text, width)]

    def action_help(self) -> None:
        self.dismiss(None)
