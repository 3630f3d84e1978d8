"""Every text colour is readable on every ground it stands on: 4.5 : 1 or more, also reduced to sixteen colours."""

from __future__ import annotations

from itertools import product

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.terminal_theme import TerminalTheme
from textual.color import Color

from tutor.tui.themes import ANSI_DARK, ANSI_LIGHT, KUBERNETES_BLUE, THEMES

LEAST = 4.5
GROUNDS = ('background', 'panel', 'boost')
XTERM = TerminalTheme((0, 0, 0), (229, 229, 229), [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)], [
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255,
                                                                                                            255)])


def luminance(color: Color) -> float:
    parts = [part / 255 for part in color.rgb]
    red, green, blue = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def token(theme: str, name: str) -> Color:
    found = THEMES[theme]
    return Color.parse(found.variables.get(name) or getattr(found, name))


TEXTS = ('foreground', 'accent', 'success', 'warning', 'error', 'muted', 'code', 'string', 'keyword', 'option',
         'variable')


@pytest.mark.parametrize('theme', THEMES)
@pytest.mark.parametrize(('text', 'ground'), [
    *product(TEXTS, GROUNDS), ('on-primary', 'primary'), ('foreground', 'selected-ground'),
    ('warning', 'changed-ground'), ('block-cursor-foreground', 'block-cursor-background')])
def test_text_is_readable(theme: str, text: str, ground: str) -> None:
    assert contrast(token(theme, text), token(theme, ground)) >= LEAST


@pytest.mark.parametrize(('theme', 'ansi'), [('dark', ANSI_DARK), ('light', ANSI_LIGHT)])
def test_the_colours_of_programs_are_readable(theme: str, ansi: TerminalTheme) -> None:
    for number in range(1, 16):
        red, green, blue = ansi.ansi_colors[number]
        assert contrast(Color(red, green, blue), token(theme, 'background')) >= LEAST, number


@pytest.mark.parametrize('theme', THEMES)
def test_sixteen_colours_are_readable(theme: str) -> None:
    def reduced(name: str) -> Color:
        color = RichColor.parse(token(theme, name).hex6).downgrade(ColorSystem.STANDARD)
        return Color(*XTERM.ansi_colors[color.number or 0])

    for text in ('foreground', 'muted', 'accent', 'error', 'success'):
        assert contrast(reduced(text), reduced('background')) >= 3.0, (text, reduced(text), reduced('background'))


def test_the_accent_is_kubernetes_blue() -> None:
    assert all(theme.primary == KUBERNETES_BLUE for theme in THEMES.values())
