"""F9: everything that can be done here, by name and with its key; and the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size

from tutor.i18n import translate
from tutor.i18n.pinyin import matches
from tutor.i18n.width import cells, cut, pad
from tutor.tui.drawing import Label
from tutor.tui.looks import StyledLine, line, run
from tutor.tui.screens.dialog import Dialog
from tutor.tui.widgets.frame import Frame, Plan
from tutor.tui.widgets.line_view import LineView

ROWS = 14


@dataclass(frozen=True)
class Command:
    """Something that can be done: its keys, the message of what it does, the action, and what is chosen now."""

    keys: str
    message: str
    action: str
    value: str = ''


class Palette(Dialog):
    """Typing narrows the list, Enter does what is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('up,ctrl+p', 'move(-1)', show=False), Binding('down,ctrl+n,tab', 'move(1)', show=False),
        Binding('pageup', 'move(-8)', show=False), Binding('pagedown', 'move(8)', show=False),
        Binding('enter', 'choose', show=False), Binding('f9', 'close', show=False),
    ]

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self.all_commands = commands
        self.typed = ''
        self.index = 0

    def title_labels(self) -> tuple[str, str]:
        return self.voice.label('Commands'), 'Esc'

    def _plan(self, size: Size) -> Plan:
        plan = super()._plan(size)
        plan.drawing.label(2, size.height - 1, Label(f' {self.typed or self.voice.label("type to search")} ',
                                                     'strong' if self.typed else 'dim'))
        return plan

    def found(self) -> list[Command]:
        return [command for command in self.all_commands
                if matches(self.typed, translate('zh', command.message), translate('en', command.message),
                           command.keys)]

    def lines(self, width: int) -> list[StyledLine]:
        commands = self.found()
        self.index = min(self.index, max(len(commands) - 1, 0))
        rows = [self._row(index, command, width - 1) for index, command in enumerate(commands)]
        rows = rows or [line(run(self.voice.label('Nothing found.'), 'dim'))]
        # The box keeps its height while the list gets shorter.
        return rows + [line()] * (min(ROWS, len(self.all_commands)) - len(rows))

    def _row(self, index: int, command: Command, width: int) -> StyledLine:
        current = index == self.index
        look = 'selected' if current else 'text'
        right = '  '.join(part for part in (command.value, command.keys) if part)
        room = width - cells(right) - 3
        action = f'screen.take({index})'
        words = pad(cut(self.voice.label(command.message), room, self.signs.ellipsis), room)
        return line(run(f'{self.signs.step if current else " "} ', 'key', action=action),
                    run(words, look, bold=current, action=action),
                    run(f' {right}', look if current else 'dim', action=action))

    def speak(self) -> None:
        super().speak()
        view = self.query_one('#lines', LineView)
        height = max(self.query_one(Frame).size.height - 2, 1)
        if not view.scroll_offset.y <= self.index < view.scroll_offset.y + height:
            view.scroll_to(y=max(self.index - height + 1, 0), animate=False, force=True)

    async def _on_key(self, event: events.Key) -> None:
        if event.key == 'backspace':
            self.typed = self.typed[:-1]
        elif event.is_printable and event.character and not event.key.startswith('alt+'):
            self.typed += event.character
        else:
            return
        event.stop()
        event.prevent_default()
        self.index = 0
        self.speak()

    def action_move(self, by: int) -> None:
        count = max(len(self.found()), 1)
        self.index = (self.index + by) % count if abs(by) == 1 else min(max(self.index + by, 0), count - 1)
        self.speak()

    def action_choose(self) -> None:
        self.action_take(self.index)

    def action_take(self, index: int) -> None:
        commands = self.found()
        if index < len(commands):
            self.dismiss(commands[index].action)
