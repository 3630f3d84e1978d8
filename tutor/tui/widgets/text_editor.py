"""A text area with YAML colours that keeps the indentation of the line above."""

from __future__ import annotations

from textual import events
from textual.widgets import TextArea

from tutor.tui.looks import COMPONENT_CLASSES
from tutor.tui.resilient import Resilient

LARGEST_COLOURED = 200_000
SYNTAX = ('keyword', 'string', 'variable', 'option', 'comment', 'operator', 'text')


class TextEditor(Resilient, TextArea):
    """Colours come from the YAML grammar alone; textual's syntax extra would bring 22 MB of other grammars."""

    COMPONENT_CLASSES = TextArea.COMPONENT_CLASSES | COMPONENT_CLASSES
    DEFAULT_CSS = '''
    TextEditor { border: none; padding: 0; background: $background; color: $foreground; }
    TextEditor:focus { border: none; }
    '''

    def __init__(self, text: str, name: str, *, id: str | None = None) -> None:
        self._yaml = name.endswith(('.yaml', '.yml')) or 'kubectl-edit' in name or 'apiVersion:' in text[:2000]
        super().__init__(text, id=id, show_line_numbers=True, soft_wrap=False, tab_behavior='indent',
                         highlight_cursor_line=False)
        self.indent_type = 'spaces'
        self.indent_width = 2

    def _set_theme(self, theme: str) -> None:
        super()._set_theme(theme)
        if self.is_attached:
            self._theme.syntax_styles = {
                name: self.get_component_rich_style(f'look--{name}', partial=True) for name in SYNTAX}

    def on_mount(self) -> None:
        self._set_theme(self.theme)
        self._build_highlight_map()

    def _build_highlight_map(self) -> None:
        """Fill the area's table of highlights after each change."""
        self._line_cache.clear()
        self._highlights.clear()
        if not self._yaml or len(self.text) > LARGEST_COLOURED:
            return
        from tutor.tui.reading.code import yaml_lines
        for number, line in enumerate(yaml_lines(self.text)):
            start = 0
            for part in line.runs:
                end = start + len(part.text.encode())
                self._highlights[number].append((start, end, part.look.name))
                start = end

    async def _on_key(self, event: events.Key) -> None:
        if event.key != 'enter':
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        indent = before[:len(before) - len(before.lstrip(' '))]
        self.replace(f'\n{indent}', *self.selection)
