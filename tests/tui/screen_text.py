"""What is on the screen as text, and ways to type."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any

from textual.pilot import Pilot

from tutor.tui.app import TutorApp


def driven(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that is a coroutine."""
    @functools.wraps(test)
    def run(*args: Any, **values: Any) -> None:
        asyncio.run(test(*args, **values))
    return run


class Driver:
    """Presses keys, waits until the app is quiet, reads the screen."""

    def __init__(self, app: TutorApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    async def quiet(self) -> None:
        await self.pilot.pause()
        await self.pilot.pause(0.06)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.quiet()

    async def type(self, text: str, *, enter: bool = True) -> None:
        """Type: at a prompt the text at once, elsewhere key by key."""
        terminal = getattr(self.app.screen, 'terminal', None)
        if terminal is not None and terminal.has_focus:
            terminal.editor.insert(text)
            terminal.post_message(terminal.Edited())
            terminal.changed()
            await self.pilot.press(*(['enter'] if enter else []))
            await self.quiet()
            return
        names = {' ': 'space', '-': 'minus', '=': 'equals_sign', '.': 'full_stop', ':': 'colon', '/': 'slash',
                 "'": 'apostrophe', '<': 'less_than_sign', ',': 'comma', '_': 'underscore'}
        await self.pilot.press(*(names.get(character, character) for character in text))
        if enter:
            await self.pilot.press('enter')
        await self.quiet()

    async def open(self, number: str, page: int = 0) -> None:
        self.app.open_lesson(self.app.course.lesson(number), page)
        await self.quiet()
        await self.quiet()

    def rows(self) -> list[str]:
        """The screen, row by row."""
        update = self.app.screen._compositor.render_strips(self.app.screen.size)
        return [''.join(segment.text for segment in strip).rstrip() for strip in update]

    def text(self) -> str:
        return '\n'.join(self.rows())

    def one_line(self) -> str:
        """The screen without line ends and runs of spaces, to find sentences that are broken over rows."""
        return ' '.join(self.text().split())

    @property
    def session(self) -> Any:
        return self.app.screen.session  # type: ignore[attr-defined]

    @property
    def terminal(self) -> Any:
        return self.app.screen.terminal  # type: ignore[attr-defined]
