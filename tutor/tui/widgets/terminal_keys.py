"""Which key does what at the prompt: readline's default bindings, by the names that textual gives the keys."""

from __future__ import annotations

EDITING_KEYS = {
    'left': 'left', 'ctrl+b': 'left', 'right': 'right', 'ctrl+f': 'right',
    'home': 'home', 'ctrl+a': 'home', 'end': 'end', 'ctrl+e': 'end',
    'alt+b': 'word_left', 'ctrl+left': 'word_left', 'alt+left': 'word_left',
    'alt+f': 'word_right', 'ctrl+right': 'word_right', 'alt+right': 'word_right',
    'backspace': 'backspace', 'ctrl+h': 'backspace', 'delete': 'delete',
    'ctrl+k': 'kill_to_end', 'ctrl+u': 'kill_to_start', 'ctrl+w': 'kill_word_left',
    'alt+d': 'kill_word_right', 'alt+backspace': 'kill_small_word_left', 'ctrl+y': 'yank',
    'ctrl+t': 'transpose', 'ctrl+underscore': 'undo', 'ctrl+z': 'undo',
    'enter': 'enter', 'ctrl+j': 'enter', 'tab': 'complete', 'ctrl+i': 'complete',
    'ctrl+c': 'interrupt', 'ctrl+d': 'end_of_file', 'ctrl+l': 'clear_screen',
    'up': 'up', 'ctrl+p': 'up', 'down': 'down', 'ctrl+n': 'down', 'ctrl+r': 'search',
    'alt+full_stop': 'yank_last_argument', 'alt+.': 'yank_last_argument',
}
"""Key → a method of the line editor, or what the terminal does itself."""
