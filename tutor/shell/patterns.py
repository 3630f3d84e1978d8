"""Shell patterns: globs as regular expressions, and the expansion of file names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from tutor.shell.vfs import Directory, FileSystem, Mount, Symlink

Piece = tuple[str, bool]
"""Text, and whether its special characters mean anything."""

CLASSES = {'alpha': 'a-zA-Z', 'digit': '0-9', 'alnum': 'a-zA-Z0-9', 'upper': 'A-Z', 'lower': 'a-z', 'space': r'\s',
           'punct': r'!-/:-@\[-`{-~', 'xdigit': '0-9A-Fa-f', 'blank': r' \t'}


def has_pattern(pieces: Sequence[Piece]) -> bool:
    return any(active and re.search(r'[*?\[]|[+@!]\(', text) for text, active in pieces)


def compile_pieces(pieces: Sequence[Piece], path: bool = False, ignore_case: bool = False) -> re.Pattern[str]:
    """A regular expression for a pattern; in paths `*` does not match a slash."""
    return _compile(''.join(text if active else re.sub(r'([*?\[\]\\!+@()|^-])', r'\\\1', text)
                            for text, active in pieces), path, ignore_case)


@lru_cache(maxsize=512)
def _compile(pattern: str, path: bool, ignore_case: bool) -> re.Pattern[str]:
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    try:
        return re.compile(translate(pattern, path), flags)
    except re.error:  # a range such as [z-a], which matches nothing
        return re.compile(re.escape(pattern), flags)


def translate(pattern: str, path: bool = False) -> str:
    """The regular expression for a glob, without anchors; `(a|b)` groups follow ?*+@ as in extglob."""
    anything = '[^/]' if path else '.'
    found, place = [], 0
    while place < len(pattern):
        char = pattern[place]
        if char == '\\' and place + 1 < len(pattern):
            found.append(re.escape(pattern[place + 1]))
            place += 2
            continue
        if char in '?*+@!' and pattern[place + 1:place + 2] == '(' and (ends := _alternatives(pattern, place + 1)):
            cuts = [place + 1, *ends]
            inner = '|'.join(translate(pattern[begin + 1:end], path) for begin, end in pairwise(cuts))
            place = ends[-1] + 1
            if char == '!':
                rest = translate(pattern[place:], path)
                return ''.join(found) + f'(?!(?:{inner}){rest}\\Z){anything}*{rest}'
            found.append(f'(?:{inner})' + {'?': '?', '*': '*', '+': '+', '@': ''}[char])
            continue
        if char == '[' and (end := _class_end(pattern, place)) > 0:
            found.append(_class(pattern[place + 1:end]))
            place = end + 1
            continue
        found.append(anything + '*' if char == '*' else anything if char == '?' else re.escape(char))
        place += 1
    return ''.join(found)


def _alternatives(pattern: str, place: int) -> list[int]:
    """Where the alternatives of a group end that opens at `place`; none if it is never closed."""
    depth, ends = 0, []
    while place < len(pattern):
        char = pattern[place]
        if char == '\\':
            place += 1
        elif char == '(':
            depth += 1
        elif char == ')':
            depth -= 1
        if (depth == 1 and char == '|') or not depth:
            ends.append(place)
        if not depth:
            return ends
        place += 1
    return []


def _class_end(pattern: str, place: int) -> int:
    end = place + 1
    if pattern[end:end + 1] in ('!', '^'):
        end += 1
    if pattern[end:end + 1] == ']':
        end += 1
    while end < len(pattern) and pattern[end] != ']':
        end = pattern.find(':]', end + 2) + 2 if pattern.startswith('[:', end) and ':]' in pattern[end
                                                                                                   + 2:] else end + 1
    return end if end < len(pattern) else -1


def _class(inner: str) -> str:
    negated = inner[:1] in ('!', '^')
    body = inner[1:] if negated else inner
    body = re.sub(r'([&~|\\])', r'\\\1', body).replace('--', r'\-\-')
    body = re.sub(r'\[:(\w+):\]', lambda match: CLASSES.get(match[1], ''), body)
    body = body.replace('[', r'\[').replace(']', r'\]') if not re.search(r'\\\[', body) else body
    return f'[{"^" if negated else ""}{body}]'


def glob(files: FileSystem, cwd: str, pieces: Sequence[Piece], options: Mapping[str, bool] = {}) -> list[str]:
    """The paths that match, sorted; none when nothing does. `options` are those of shopt."""
    parts: list[list[Piece]] = [[]]
    for text, active in pieces:
        first, *rest = text.split('/')
        parts[-1].append((first, active))
        parts += [[(part, active)] for part in rest]
    absolute = bool(parts) and not ''.join(text for text, _ in parts[0]) and len(parts) > 1
    found = ['/'] if absolute else ['']
    for part in parts[1:] if absolute else parts:
        found = [match for base in found for match in _matches(files, cwd, base, part, options)]
    return sorted({path for path in found if path})


def _matches(files: FileSystem, cwd: str, base: str, part: list[Piece], options: Mapping[str, bool]) -> list[str]:
    name = ''.join(text for text, _ in part)
    if not name:
        return [base if base.endswith('/') else base + '/'] if _is_dir(files, cwd, base) else []
    prefix = base if not base or base.endswith('/') else base + '/'
    if not has_pattern(part):
        return [prefix + name] if files.exists(_absolute(cwd, prefix + name)) else []
    where = _absolute(cwd, base or '.')
    if not files.is_dir(where):
        return []
    hidden = options.get('dotglob') or name.startswith('.')
    if name == '**' and options.get('globstar'):
        return [prefix, *_below(files, where, prefix, bool(hidden))]
    expression = compile_pieces(part, path=True, ignore_case=bool(options.get('nocaseglob')))
    return [prefix + entry for entry in files.listdir(where)
            if expression.fullmatch(entry) and (not entry.startswith('.') or hidden)]


def _below(files: FileSystem, where: str, prefix: str, hidden: bool) -> list[str]:
    """`**`: all that lies below a folder."""
    found = []
    for entry in files.listdir(where):
        if entry.startswith('.') and not hidden:
            continue
        found.append(prefix + entry)
        if isinstance(files.node(f'{where}/{entry}', follow=False), Directory):
            found += _below(files, f'{where}/{entry}', f'{prefix}{entry}/', hidden)
    return found


def _absolute(cwd: str, path: str) -> str:
    return path if path.startswith('/') else f'{cwd}/{path}'


def _is_dir(files: FileSystem, cwd: str, path: str) -> bool:
    try:
        return isinstance(files.node(_absolute(cwd, path)), (Directory, Mount, Symlink))
    except OSError:
        return False
