"""The commands that the palette offers: those of the screen below it, then the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import message
from tutor.tui.screens.palette import Command
from tutor.tui.screens.shell_screen import ShellScreen

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp

LETTERS = {'F1': 'Alt+H', 'F2': 'Alt+L', 'F3': 'Alt+W', 'F4': 'Alt+K', 'F5': 'Alt+C', 'F6': 'Alt+U', 'F7': 'Alt+P',
           'F8': 'Alt+N', 'F9': 'Alt+X', 'F10': 'Alt+Q'}
"""For keyboards without function keys."""


def commands_for(app: TutorApp) -> list[Command]:
    """What can be done now."""
    return [*_of_screen(app), *_settings(app), Command('Q', message('Quit'), 'app.quit')]


def keys(key: str) -> str:
    return f'{key}  {LETTERS[key]}' if key in LETTERS else key


def _of_screen(app: TutorApp) -> list[Command]:
    screen = app.screen
    if not isinstance(screen, ShellScreen):
        return []
    return [Command(keys(key), words, action) for key, words, action in screen.commands_here()
            if not action.startswith('app.')]


def _settings(app: TutorApp) -> list[Command]:
    settings, mode = app.settings, app.voice.mode
    theme = 'light' if settings.theme == 'dark' else 'dark'
    glyphs = 'unicode' if app.signs.done == '[x]' else 'ascii'
    commands = [
        Command(keys('F2') if code != mode else app.signs.done, words, f'app.set("language", "{code}")')
        for code, words in (('zh', message('Language: Chinese')), ('en', message('Language: English')),
                            ('both', message('Language: both')))]
    commands += [
        Command('', message('Light theme') if theme == 'light' else message('Dark theme'),
                f'app.set("theme", "{theme}")'),
        Command('', message('Signs in ASCII') if glyphs == 'ascii' else message('Signs in Unicode'),
                f'app.set("glyphs", "{glyphs}")')]
    if isinstance(app.screen, ShellScreen):
        session = app.screen.session
        current = 0 if session is None or session.paused else session.speed
        commands += [
            Command(key, words, f'app.set("speed", {speed})', app.signs.done if current == speed else '')
            for speed, key, words in (
                (0, 'Alt+S', message('Time: stand still')), (1, '', message('Time: as fast as the clock')),
                (10, 'Alt+G', message('Time: ten times as fast')), (60, '', message('Time: sixty times as fast')))]
    return commands
