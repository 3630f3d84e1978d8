"""readline's reverse-i-search: ^R and a text find the newest command that contains it. Knows nothing of a screen."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.tui.contract import History
from tutor.tui.line_editor import LineEditor


@dataclass
class ReverseSearch:
    """What is looked for (None: nobody is searching) and how many matches were passed over."""

    query: str | None = None
    passed: int = 0

    def begin(self, editor: LineEditor) -> None:
        self.query, self.passed = '', 0
        editor.set('')

    def end(self) -> None:
        self.query = None

    def key(self, key: str, typed: str | None, history: History, editor: LineEditor) -> bool:
        """A key while searching (`typed`: the character it stands for, if it is printable), its match put into the
        editor; False when the search is over and the key is to do what it always does."""
        assert self.query is not None
        match key:
            case 'ctrl+r':
                self.passed += 1
            case 'backspace':
                self.query, self.passed = self.query[:-1], 0
            case 'ctrl+g' | 'ctrl+c' | 'escape':
                self.end()
                editor.set('')
                return True
            case _ if typed:
                self.query, self.passed = self.query + typed, 0
            case _:
                self.end()
                return False
        self._find(self.query, history, editor)
        return True

    def _find(self, query: str, history: History, editor: LineEditor) -> None:
        found = history.search(query, self.passed) if query else ''
        if found is None:
            self.passed = max(self.passed - 1, 0)
        else:
            editor.set(found)
