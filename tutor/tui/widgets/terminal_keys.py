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

SEQUENCES = {
    'enter': '\n', 'tab': '\t', 'shift+tab': '\x1b[Z', 'escape': '\x1b', 'backspace': '\x7f', 'space': ' ',
    'up': '\x1b[A', 'down': '\x1b[B', 'right': '\x1b[C', 'left': '\x1b[D', 'home': '\x1b[H', 'end': '\x1b[F',
    'insert': '\x1b[2~', 'delete': '\x1b[3~', 'pageup': '\x1b[5~', 'pagedown': '\x1b[6~',
}
"""Key → what xterm sends for it; Enter as the terminal gives it to programs (ICRNL)."""


def sequence(key: str, character: str | None) -> str | None:
    """What a terminal sends for a key, None for one that is the app's: function keys, and those with Alt."""
    if key in SEQUENCES:
        return SEQUENCES[key]
    if key.startswith(('alt+', 'shift+page')):
        return None
    if key.startswith('ctrl+') and len(key) == 6 and key[-1].isalpha():
        return chr(ord(key[-1].upper()) - 64)
    return character if character and character.isprintable() else None
