"""The app with a small course and a fake session."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_session import FakeSession
from screen_text import Driver

from tutor.course.loader import load_course
from tutor.course.progress import Progress
from tutor.tui.app import TutorApp
from tutor.tui.services import Services

Start = Callable[..., AbstractAsyncContextManager[Driver]]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """`async with start('zh', (80, 24)) as driver`: the app, opened and quiet."""
    monkeypatch.delenv('NO_COLOR', raising=False)
    monkeypatch.setenv('TERM', 'xterm-256color')

    @asynccontextmanager
    async def run(mode: str, size: tuple[int, int] = (120, 36), *, welcomed: bool = True, theme: str = 'dark',
                  glyphs: str = 'unicode', session: Callable[[], Any] = FakeSession) -> AsyncIterator[Driver]:
        progress = Progress(tmp_path / 'progress.sqlite3')
        progress.set_setting('screen', {'welcomed': welcomed, 'theme': theme, 'glyphs': glyphs, 'speed': 0})
        course = load_course(Path(__file__).parent / 'course')
        app = TutorApp(Services(course, progress, lambda _lesson, _exercise: session()), mode, strict=True)
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            await driver.quiet()
            yield driver
        progress.close()

    return run
