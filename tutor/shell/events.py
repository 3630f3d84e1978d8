"""History expansion: `!!`, `!42`, `!-2`, `!kub`, `!?text?`, `!$`, `!^`, `!*`, `!!:2`, `^old^new` (histexpand)."""

from __future__ import annotations

import re
from collections.abc import Sequence

EVENT = re.compile(r'!(?P<event>!|-?\d+|\?[^?\n]+\??|[A-Za-z/.][^\s:;&|<>()"\']*|(?=[$^*:]))'
                   r'(?P<word>:?[$^*]|:\d+(?:-\d*)?)?(?P<change>(?::(?:p|h|t|r|e|g?s/[^/]*/[^/]*/?))*)')
QUICK = re.compile(r'\^([^^]*)\^([^^]*)\^?(.*)', re.DOTALL)
WORDS = re.compile(r'''(?:"(?:\\.|[^"])*"|'[^']*'|\\.|[^\s"'\\])+''')


class EventNotFound(Exception):
    """No such line, or no such word in it; the text is bash's."""


def expanded(line: str, history: Sequence[str]) -> str:
    """A line with its events carried out; itself when it has none. Raises EventNotFound."""
    quick = QUICK.fullmatch(line)
    if quick is not None:
        if not history or quick[1] not in history[-1]:
            raise EventNotFound(f':s{line}: substitution failed')
        return history[-1].replace(quick[1], quick[2], 1) + quick[3]
    found, place, quoted = [], 0, False
    while place < len(line):
        char = line[place]
        if char == "'" and not quoted:
            end = line.find("'", place + 1)
            end = len(line) if end < 0 else end + 1
            found.append(line[place:end])
            place = end
            continue
        if char == '\\':
            found.append(line[place:place + 2])
            place += 2
            continue
        quoted = quoted is not (char == '"')
        match = EVENT.match(line, place) if char == '!' and not _plain(line, place, quoted) else None
        found.append(char if match is None else _event(match, history))
        place = place + 1 if match is None else match.end()
    return ''.join(found)


def _plain(line: str, place: int, quoted: bool) -> bool:
    """Whether a `!` is only that: at the end, before a blank, `=` or `(`, in `$!`, `[!…]` and `${!…}`."""
    following = line[place + 1:place + 2]
    return not following or following in ' \t\n=(' or (quoted and following == '"') or \
        line[place - 1:place] in ('$', '[', '{')


def _event(match: re.Match[str], history: Sequence[str]) -> str:
    name = match['event']
    line = _line(name, history)
    if line is None:
        raise EventNotFound(f'{match[0]}: event not found')
    if match['word']:
        line = _words(line, match['word'].lstrip(':'), match[0])
    for change in re.findall(r':(g?s/[^/]*/[^/]*|[phtre])', match['change'] or ''):
        line = _changed(line, change)
    return line


def _line(name: str, history: Sequence[str]) -> str | None:
    if name.startswith('?'):
        return next((line for line in reversed(history) if name.strip('?') in line), None)
    place = place_of('-1' if name in ('!', '') else name, history)
    return None if place is None else history[place]


def place_of(name: str, history: Sequence[str]) -> int | None:
    """Where a line stands: by its number, by how far back, or by how it begins."""
    if name.lstrip('-').isdigit():
        place = len(history) + int(name) if name.startswith('-') else int(name) - 1
        return place if 0 <= place < len(history) else None
    return next((place for place in reversed(range(len(history))) if history[place].startswith(name)), None)


def _words(line: str, which: str, shown: str) -> str:
    """Some words of a line, the command being number 0."""
    words = WORDS.findall(line)
    if which == '$':
        return words[-1] if words else ''
    if which == '*':
        return ' '.join(words[1:])
    first, dash, last = ('1', '', '') if which == '^' else which.partition('-')
    begin, end = int(first), int(last) if last else len(words) - 2 if dash else int(first)
    if begin >= len(words):
        raise EventNotFound(f'{shown}: bad word specifier')
    return ' '.join(words[begin:end + 1])


def _changed(line: str, change: str) -> str:
    if '/' in change:
        kind, old, new = change.split('/', 2)
        return line.replace(old, new) if kind == 'gs' else line.replace(old, new, 1)
    return {'h': line.rpartition('/')[0] or line, 't': line.rpartition('/')[2], 'r': re.sub(r'\.[^./]*$', '', line),
            'e': '.' + line.rpartition('.')[2], 'p': line}[change]
