"""The last row: which key does what. Each entry can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.segment import Segment
from textual.strip import Strip

from tutor.i18n import Mode, Voice
from tutor.i18n.width import cells
from tutor.tui.looks import Look
from tutor.tui.signs import UNICODE, drawable
from tutor.tui.widgets.line_view import LineView


@dataclass(frozen=True)
class KeyHint:
    """A key, the message of what it does, and the action that a click runs."""

    key: str
    message: str
    action: str


class KeyBar(LineView):
    """Fits: both languages, else the first one, else the keys that matter most (the first in the list)."""

    ALLOW_SELECT = False
    DEFAULT_CSS = 'KeyBar { height: 1; width: 1fr; background: $panel; overflow: hidden; }'

    def __init__(self, voice: Voice, hints: Sequence[KeyHint] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.voice = voice
        self.hints = tuple(hints)

    def speak(self, voice: Voice, hints: Sequence[KeyHint] | None = None) -> None:
        self.voice = voice
        self.hints = self.hints if hints is None else tuple(hints)
        self.refresh()

    def _fitting(self, width: int) -> tuple[list[tuple[KeyHint, str]], int]:
        """The entries that fit and the gap between them: both languages, else one, else less air, else fewer."""
        modes: tuple[Mode, ...] = ('both', 'zh') if self.voice.mode == 'both' else (self.voice.mode,)
        entries: list[tuple[KeyHint, str]] = []
        signs = getattr(self.app, 'signs', UNICODE)
        for mode in modes:
            voice = Voice(mode)
            entries = [(replace(hint, key=drawable(hint.key, signs)), drawable(voice.label(hint.message), signs))
                       for hint in self.hints]
            # The last entry (how to leave) goes first: the palette has it too.
            for shown in (entries, entries[:-1]):
                if _size(shown, 2) <= width:
                    return shown, 2
        while entries and _size(entries, 1) > width:
            entries.pop()
        return entries, 1

    def render_line(self, y: int) -> Strip:
        ground = self.rich_style
        segments = [Segment(' ', ground)]
        entries, gap = self._fitting(self.size.width)
        for hint, words in entries:
            key = self.style_of(Look('key', action=hint.action))
            text = self.style_of(Look('text', action=hint.action))
            segments += [Segment(hint.key, ground + key), Segment(f' {words}' if words else '', ground + text),
                         Segment(' ' * gap, ground)]
        return Strip([segment for segment in segments if segment.text]).adjust_cell_length(self.size.width, ground)


def _size(entries: Sequence[tuple[KeyHint, str]], gap: int) -> int:
    """Cells of all entries, one before them, and the gaps between them."""
    words = sum(cells(hint.key) + (cells(words) + 1 if words else 0) for hint, words in entries)
    return 1 + words + gap * (len(entries) - 1)
