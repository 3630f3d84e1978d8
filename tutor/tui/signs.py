"""The signs on the screen, and their ASCII forms for terminals that cannot draw them one cell wide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Glyphs = Literal['unicode', 'ascii']


@dataclass(frozen=True)
class Signs:
    """One character (or a short ASCII form) for each meaning."""

    done: str
    open: str
    underway: str
    ready: str
    failing: str
    step: str
    expanded: str
    full: str
    empty: str
    more: str
    less: str
    bullet: str
    current: str
    divider: str
    dash: str
    back: str
    enter: str
    times: str
    dot: str
    arrow: str
    ellipsis: str
    caret: str


UNICODE = Signs(done='✔', open='○', underway='◐', ready='●', failing='✖', step='▸', expanded='▾', full='▮', empty='▯',
                more='▼', less='▲', bullet='•', current='▶', divider='│', dash='─', back='◂', enter='⏎', times='×',
                dot='·', arrow='→', ellipsis='…', caret='›')
ASCII = Signs(done='[x]', open='[ ]', underway='[~]', ready='*', failing='!', step='>', expanded='v', full='#',
              empty='.',
              more='v', less='^', bullet='*', current='>', divider='|', dash='-', back='<', enter='Enter', times='x',
              dot='-', arrow='->', ellipsis='...', caret='>')


_ASCII_FORMS = str.maketrans({'◂': '<', '▸': '>', '⏎': 'Enter', '↑': 'Up', '↓': 'Down', '←': 'Left', '→': 'Right'})


def drawable(text: str, signs: Signs) -> str:
    """A text of ours that has signs in it, with what this terminal can draw."""
    return text.translate(_ASCII_FORMS) if signs is ASCII else text


def signs(glyphs: Glyphs) -> Signs:
    """The set of signs by its name in the settings."""
    return ASCII if glyphs == 'ascii' else UNICODE


def glyphs_for(environ: Mapping[str, str], encoding: str | None) -> Glyphs:
    """What a terminal can draw, as far as its environment says: UTF-8, or nothing but ASCII."""
    if environ.get('TERM') in ('dumb', 'linux') or 'utf' not in (encoding or '').lower():
        return 'ascii'
    return 'unicode'


def progress_bar(signs: Signs, part: int, whole: int, width: int) -> str:
    """`▮▮▮▯▯▯`; something done shows at least one full cell, something missing one empty cell."""
    if whole <= 0:
        return signs.empty * width
    full = round(width * part / whole)
    if part and not full:
        full = 1
    if part < whole and full == width:
        full = width - 1
    return signs.full * full + signs.empty * (width - full)
