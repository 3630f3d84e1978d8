"""Files of the machine: a box to type a path in, and a question before something is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tutor.i18n import Bilingual, message
from tutor.i18n.width import cells, cut
from tutor.tui.line_editor import LineEditor
from tutor.tui.looks import EMPTY, StyledLine, line, run
from tutor.tui.reading.inline import inline_lines
from tutor.tui.screens.dialog import Dialog
from tutor.tui.widgets.terminal_keys import EDITING_KEYS
from tutor.tui.widgets.terminal_rows import common_prefix

LISTED = 8
EDITING = frozenset({'word_left', 'word_right', 'left', 'right', 'home', 'end', 'backspace', 'delete', 'kill_to_end',
                     'kill_to_start', 'kill_word_left', 'kill_small_word_left', 'kill_word_right', 'yank'})


class PathDialog(Dialog):
    """Asks for a path; dismissed with it, or None. Tab completes what is on the machine."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding('enter', 'take', show=False)]

    def __init__(self, title: str, sentence: str, start: str = '') -> None:
        super().__init__()
        self.title_message, self.sentence = title, sentence
        self.editor = LineEditor()
        self.editor.set(start)
        self.problem: Bilingual | None = None

    def title_labels(self) -> tuple[str, str]:
        return self.voice.label(self.title_message), 'Esc'

    def lines(self, width: int) -> list[StyledLine]:
        lines = [part for text in self.voice.each(self.sentence) for part in inline_lines(text, width)]
        lines += [EMPTY, self._input(width), EMPTY]
        if self.problem is not None:
            lines += [line(run(cut(text, width, self.signs.ellipsis), 'error'))
                      for text in self.voice.sentences(self.problem)]
        else:
            lines.append(line(run(f'{self.signs.enter} ', 'key', action='screen.take'),
                              run(self.voice.label('Take this path'), 'dim'), run('   Tab ', 'key'),
                              run(self.voice.label('Complete'), 'dim')))
        return lines

    def _input(self, width: int) -> StyledLine:
        """The path with its cursor; of a long one the end that is typed at."""
        before, after = self.editor.text[:self.editor.cursor], self.editor.text[self.editor.cursor:]
        while cells(before) > width - 4:
            before = before[1:]
        at, rest = (after[:1] or ' '), after[1:]
        return line(run(f'{self.signs.step} ', 'key'), run(before, 'command'), run(at, 'button'),
                    run(cut(rest, max(width - 3 - cells(before + at), 1), ''), 'command'))

    async def _on_key(self, event: events.Key) -> None:
        name = EDITING_KEYS.get(event.key)
        if event.key == 'tab':
            self._complete()
        elif name in EDITING:
            getattr(self.editor, name)()
        elif event.is_printable and event.character and not event.key.startswith(('alt+', 'ctrl+')):
            self.editor.insert(event.character)
        else:
            return
        event.stop()
        event.prevent_default()
        self._changed()

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.editor.insert(event.text[:4096].strip().replace('\n', ' ').strip('\'"'))
        self._changed()

    def _changed(self) -> None:
        self.problem = None
        self.speak()

    def _complete(self) -> None:
        head, slash, start = self.editor.text.rpartition('/')
        try:
            folder = Path(head + slash).expanduser() if slash else Path()
            found = sorted(path.name + ('/' if path.is_dir() else '') for path in folder.iterdir()
                           if path.name.startswith(start) and (start or not path.name.startswith('.')))
        except (OSError, RuntimeError):
            return
        if found:
            self.editor.set(f'{head}{slash}{common_prefix(found)}')

    def action_take(self) -> None:
        if self.editor.text.strip():
            self.dismiss(self.editor.text.strip())


class OverwriteDialog(Dialog):
    """Names the files that are there already; dismissed with 'all', 'none' (only new ones) or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('y', 'answer("all")', show=False), Binding('n', 'answer("none")', show=False),
    ]

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = names

    def title_labels(self) -> tuple[str, str]:
        return self.voice.label('Overwrite?'), 'Esc'

    def lines(self, width: int) -> list[StyledLine]:
        lines = [part for text in self.voice.each(message('These files are there already with another content:'))
                 for part in inline_lines(text, width)]
        lines += [line(run(f'  {cut(name, width - 2, self.signs.ellipsis)}', 'command'))
                  for name in self.names[:LISTED]]
        if len(self.names) > LISTED:
            lines.append(line(run(f'  {self.signs.ellipsis} {len(self.names)}', 'dim')))
        lines.append(EMPTY)
        for key, words, answer in (('y', self.voice.label('Overwrite them'), 'all'),
                                   ('n', self.voice.label('Keep them, copy the others'), 'none')):
            action = f'screen.answer("{answer}")'
            lines.append(line(run(f'{key} ', 'key', action=action), run(words, action=action)))
        return lines

    def action_answer(self, answer: str) -> Any:
        self.dismiss(answer)
