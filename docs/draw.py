"""Draws the pictures of the README with the app itself: `.venv/bin/python docs/draw.py`."""

from __future__ import annotations

import asyncio
import html
import re
import tempfile
from pathlib import Path

from tutor.course.loader import load_course
from tutor.course.progress import Progress
from tutor.i18n.width import character_width
from tutor.tui.app import TutorApp
from tutor.tui.services import Services
from tutor.tui.start import session_opener

FOLDER = Path(__file__).parent
CELL = 12.2
FONTS = "Fira Code, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', 'Sarasa Mono SC', monospace"
TEXT = re.compile(r'<text( class="[^"]*-r\d+"[^>]*)>(.*?)</text>', re.DOTALL)


def placed(svg: str) -> str:
    """The picture with every character in its own cell, whatever font draws it, and without a font from elsewhere."""
    svg = re.sub(r'@font-face\s*\{[^}]*\}', '', svg)
    svg = re.sub(r'font-family: Fira Code(?:, monospace)?', f'font-family: {FONTS}', svg)
    return TEXT.sub(_characters, svg)


def _characters(match: re.Match[str]) -> str:
    attributes, text = match[1], html.unescape(match[2])
    x = float(re.search(r' x="([\d.]+)"', attributes)[1])  # type: ignore[index]
    places: list[str] = []
    shown: list[str] = []
    for character in text:
        if character not in ' \xa0':
            places.append(f'{x:g}')
            shown.append(character)
        x += character_width(character) * CELL
    if not shown:
        return ''
    attributes = re.sub(r' (?:x|textLength)="[^"]*"', '', attributes)
    return f'<text{attributes} x="{" ".join(places)}">{html.escape("".join(shown))}</text>'


async def draw(name: str, mode: str, lesson: str, page: int, commands: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, Progress(Path(folder) / 'progress.sqlite3') as progress:
        progress.set_setting('screen', {'welcomed': True, 'glyphs': 'unicode'})
        app = TutorApp(Services(load_course(), progress, session_opener(progress)), mode, strict=True)
        async with app.run_test(size=(120, 36)) as pilot:
            app.open_lesson(app.course.lesson(lesson), page)
            await pilot.pause(1.5)
            for command in commands:
                app.screen.terminal.type_in(command)  # type: ignore[attr-defined]
                await pilot.pause(0.1)
                await pilot.press('enter')
                await pilot.pause(3)
            (FOLDER / name).write_text(placed(app.export_screenshot(title='tutor')), encoding='utf-8')


def main() -> None:
    commands = ['kubectl create deployment web --image=nginx:1.27 --replicas=3', 'kubectl get pods',
                'kubectl scale deployment wbe --replicas=2']
    asyncio.run(draw('lesson.svg', 'both', '2.1', 3, commands))


if __name__ == '__main__':
    main()
