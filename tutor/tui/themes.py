"""Two themes of our own, dark and light, around Kubernetes' blue. A test computes the contrast of every text colour."""

from __future__ import annotations

from rich.terminal_theme import TerminalTheme
from textual.theme import Theme

KUBERNETES_BLUE = '#326CE5'

DARK = Theme(
    name='dark', dark=True, primary=KUBERNETES_BLUE, secondary='#7aa5f8', accent='#7aa5f8', foreground='#dbe2ee',
    background='#0e131c', surface='#141b27', panel='#1a2333', boost='#243149', success='#5fd08a', warning='#e9c46a',
    error='#ff8f8a',
    variables={
        'muted': '#97a3b8', 'edge': '#3d4c68', 'code': '#8fd3e8', 'on-primary': '#ffffff', 'string': '#a9d98a',
        'keyword': '#7aa5f8', 'option': '#c9a6f5', 'variable': '#f0b78a', 'changed-ground': '#3b3413',
        'selected-ground': '#23365e', 'input-selection-background': '#326CE5', 'scrollbar': '#2b3850',
        'scrollbar-hover': '#3d4c68', 'scrollbar-active': '#7aa5f8', 'scrollbar-background': '#0e131c',
        'scrollbar-background-hover': '#0e131c', 'scrollbar-background-active': '#0e131c',
        'scrollbar-corner-color': '#0e131c', 'block-cursor-foreground': '#0e131c', 'block-cursor-background': '#dbe2ee',
        'block-cursor-text-style': 'none',
    })

LIGHT = Theme(
    name='light', dark=False, primary=KUBERNETES_BLUE, secondary='#1f55c4', accent='#1f55c4', foreground='#1b2330',
    background='#fcfdff', surface='#f4f7fb', panel='#e9eef6', boost='#dde5f1', success='#11693a', warning='#7a4f00',
    error='#b3261e',
    variables={
        'muted': '#556074', 'edge': '#b4bfd0', 'code': '#0b5c74', 'on-primary': '#ffffff', 'string': '#2f6b12',
        'keyword': '#1f55c4', 'option': '#6b3fb0', 'variable': '#8f4a12', 'changed-ground': '#fff0b8',
        'selected-ground': '#dbe6ff', 'input-selection-background': '#a9c3ff', 'scrollbar': '#cbd4e2',
        'scrollbar-hover': '#b4bfd0', 'scrollbar-active': '#1f55c4', 'scrollbar-background': '#fcfdff',
        'scrollbar-background-hover': '#fcfdff', 'scrollbar-background-active': '#fcfdff',
        'scrollbar-corner-color': '#fcfdff', 'block-cursor-foreground': '#fcfdff', 'block-cursor-background': '#1b2330',
        'block-cursor-text-style': 'none',
    })

THEMES = {'dark': DARK, 'light': LIGHT}

ANSI_DARK = TerminalTheme(
    (14, 19, 28), (219, 226, 238),
    [(106, 118, 140), (255, 143, 138), (95, 208, 138), (233, 196, 106), (122, 165, 248), (201, 166, 245),
     (143, 211, 232),
     (219, 226, 238)],
    [(151, 163, 184), (255, 170, 166), (140, 228, 172), (245, 216, 150), (160, 192, 255), (220, 194, 255),
     (176, 228, 242), (255, 255, 255)])
ANSI_LIGHT = TerminalTheme(
    (252, 253, 255), (27, 35, 48),
    [(27, 35, 48), (179, 38, 30), (17, 105, 58), (122, 79, 0), (31, 85, 196), (107, 63, 176), (11, 92, 116),
     (85, 96, 116)],
    [(85, 96, 116), (179, 38, 30), (17, 105, 58), (122, 79, 0), (31, 85, 196), (107, 63, 176), (11, 92, 116),
     (27, 35, 48)])
"""The sixteen colours of programs' output on our grounds, each readable on them."""
