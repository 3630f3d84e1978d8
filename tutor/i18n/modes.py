"""Which language a person wants to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal['zh', 'en']
Mode = Literal['zh', 'en', 'both']

LANGUAGES: tuple[Language, ...] = ('zh', 'en')
MODES: tuple[Mode, ...] = ('zh', 'en', 'both')


def parse_mode(words: str | None) -> Mode | None:
    """A mode by its name, or None when that is no name of one."""
    return words if words in MODES else None


def choose_mode(flag: str | None, setting: str | None, environ: Mapping[str, str]) -> Mode:
    """The flag decides, then the setting, then the environment as POSIX orders its variables; else English."""
    for wish in (flag, setting, environ.get('TUTOR_LANG')):
        if mode := parse_mode(wish):
            return mode
    return from_environment(environ)


def from_environment(environ: Mapping[str, str]) -> Language:
    """LC_ALL, LC_MESSAGES, LANG: the first that is set says the language, as POSIX has it."""
    for name in ('LC_ALL', 'LC_MESSAGES', 'LANG'):
        if value := environ.get(name):
            return 'zh' if value.lower().startswith('zh') else 'en'
    return 'en'


def next_mode(mode: Mode) -> Mode:
    """What F2 goes to: 中文 → English → both → 中文."""
    return MODES[(MODES.index(mode) + 1) % len(MODES)]


def languages_of(mode: Mode) -> tuple[Language, ...]:
    """The languages that are on the screen, in their order."""
    return LANGUAGES if mode == 'both' else (mode,)
