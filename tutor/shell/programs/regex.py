"""POSIX regular expressions (basic and extended, with GNU's additions) as Python's."""

from __future__ import annotations

import re
from functools import lru_cache

CLASSES = {'alpha': 'a-zA-Z', 'digit': '0-9', 'alnum': 'a-zA-Z0-9', 'upper': 'A-Z', 'lower': 'a-z',
           'space': r' \t\n\r\f\v', 'blank': r' \t', 'punct': r'!-/:-@\[-`{-~', 'print': ' -~', 'graph': '!-~',
           'cntrl': r'\x00-\x1f\x7f', 'xdigit': '0-9A-Fa-f'}
GNU = {'<': r'\b(?=\w)', '>': r'\b(?<=\w)', '`': r'\A', "'": r'\Z', 'w': r'\w', 'W': r'\W', 's': r'\s', 'S': r'\S',
       'b': r'\b', 'B': r'\B'}
CONTROLS = {'n': r'\n', 't': r'\t', 'r': r'\r', 'f': r'\f', 'v': r'\v', 'a': r'\x07'}
SPECIAL = set('.^$*+?()[]{}|\\')


class BadPattern(ValueError):
    """A regular expression that cannot be; the text is glibc's."""


@lru_cache(maxsize=256)
def compile_posix(pattern: str, extended: bool = False, ignore_case: bool = False, awk: bool = False,
                  multiline: bool = False) -> re.Pattern[str]:
    """Compile a POSIX pattern; raises BadPattern. In awk's patterns a backslash escapes inside brackets too."""
    text = _Translator(pattern, extended, awk).translate()
    flags = (re.IGNORECASE if ignore_case else 0) | (re.MULTILINE if multiline else 0) | re.ASCII
    try:
        return re.compile(text, flags)
    except (re.error, OverflowError) as problem:
        raise BadPattern(_wording(str(problem))) from None


def _wording(problem: str) -> str:
    if 'unterminated character set' in problem:
        return 'Unmatched [, [^, [:, [., or [='
    if 'reference' in problem:
        return 'Invalid back reference'
    if 'range' in problem:
        return 'Invalid range end'
    if 'repeat' in problem:
        return 'Invalid preceding regular expression'
    return 'Invalid regular expression'


class _Translator:
    def __init__(self, pattern: str, extended: bool, awk: bool) -> None:
        self._pattern = pattern
        self._extended = extended
        self._awk = awk
        self._place = 0
        self._depth = 0
        self._out: list[str] = []
        self._atom = False

    def translate(self) -> str:
        pattern = self._pattern
        while self._place < len(pattern):
            char = pattern[self._place]
            if char == '\\':
                self._escape()
            elif char == '[':
                self._bracket()
            elif self._extended and char in '(|)+?{':
                self._operator(char)
            elif char == '*':
                self._star()
            elif char == '^':
                self._caret()
            elif char == '$':
                self._dollar()
            else:
                self._add('.' if char == '.' else re.escape(char))
        if self._depth:
            raise BadPattern('Unmatched ( or \\(')
        return ''.join(self._out)

    def _add(self, text: str, length: int = 1, atom: bool = True) -> None:
        self._out.append(text)
        self._place += length
        self._atom = atom

    def _escape(self) -> None:
        if self._place + 1 >= len(self._pattern):
            raise BadPattern('Trailing backslash')
        char = self._pattern[self._place + 1]
        if not self._extended and char in '()|+?{':
            self._place += 1
            self._operator(char)
        elif self._awk and char in CONTROLS:
            self._add(CONTROLS[char], 2)
        elif char in GNU and not (self._awk and char == 'b'):
            self._add(GNU[char], 2, char not in '<>`\'bB')
        elif char in '123456789':
            self._add(f'(?:\\{char})', 2)
        elif char in 'nt' and not self._awk:
            self._add(CONTROLS[char], 2)
        else:
            self._add(re.escape(char), 2)

    def _operator(self, char: str) -> None:
        if char == '(':
            self._depth += 1
            self._add('(', atom=False)
        elif char == ')':
            if not self._depth:
                if self._extended:
                    raise BadPattern('Unmatched ) or \\)')
                raise BadPattern('Unmatched ) or \\)')
            self._depth -= 1
            self._add(')')
        elif char == '|':
            self._add('|', atom=False)
        elif char == '{':
            self._interval()
        elif not self._atom:
            self._add(re.escape(char) if not self._extended else '')
        else:
            self._repeat(char)

    def _interval(self) -> None:
        closing = '}' if self._extended else r'\}'
        match = re.compile(r'\{(\d*)(,?)(\d*)' + re.escape(closing)).match(self._pattern, self._place)
        if match is None or not (match[1] or match[3] or match[2]):
            if self._extended:
                self._add(r'\{')
                return
            raise BadPattern('Unmatched \\{' if '\\}' not in self._pattern[self._place:]
                             else 'Invalid content of \\{\\}')
        if match[3] and match[1] and int(match[3]) < int(match[1]):
            raise BadPattern('Invalid content of \\{\\}')
        if max(int(match[1] or 0), int(match[3] or 0)) > 32767:
            raise BadPattern('Regular expression too big')
        if not self._atom:
            self._add('', match.end() - self._place)
            return
        self._repeat(f'{{{match[1] or 0}{match[2]}{match[3]}}}', match.end() - self._place)

    def _star(self) -> None:
        if not self._atom:
            self._add(r'\*' if not self._extended else '', atom=not self._extended)
        else:
            self._repeat('*')

    def _repeat(self, operator: str, length: int = 1) -> None:
        """A repetition; one right after another one needs its own group."""
        if self._out and self._out[-1][:1] in ('*', '+', '?', '{') and self._out[-1] not in (r'\*',):
            self._place += length
            if '*' in (operator, self._out[-1]) or operator != self._out[-1]:
                self._out[-1] = '*'
            return
        self._add(operator, length)

    def _caret(self) -> None:
        previous = self._out[-1] if self._out else ''
        if self._extended or previous in ('', '(', '|'):
            self._add('^', atom=False)
        else:
            self._add(r'\^')

    def _dollar(self) -> None:
        rest = self._pattern[self._place + 1:]
        if self._extended or not rest or rest.startswith((r'\)', r'\|')):
            self._add('$')
        else:
            self._add(r'\$')

    def _bracket(self) -> None:
        pattern, place = self._pattern, self._place + 1
        negated = pattern[place:place + 1] == '^'
        place += negated
        found: list[str] = []
        first = True
        while True:
            char = pattern[place:place + 1]
            if not char:
                raise BadPattern('Unmatched [, [^, [:, [., or [=')
            if char == ']' and not first:
                break
            first = False
            if (match := re.compile(r'\[:(\w*):\]').match(pattern, place)) is not None:
                if match[1] not in CLASSES:
                    raise BadPattern('Invalid character class name')
                found.append(CLASSES[match[1]])
                place = match.end()
            elif (match := re.compile(r'\[([.=])(.)\1\]').match(pattern, place)) is not None:
                found.append(re.escape(match[2]))
                place = match.end()
            elif char == '\\' and (self._awk
                                   or pattern[place + 1:place + 2] in ('n', 't')) and place + 1 < len(pattern):
                following = pattern[place + 1]
                found.append(CONTROLS.get(following) or GNU.get(following) or re.escape(following))
                place += 2
            else:
                found.append(char if char == '-' else re.escape(char))
                place += 1
        body = ''.join(found)
        if body.startswith('-'):
            body = r'\-' + body[1:]
        if body.endswith('-') and not body.endswith(r'\-'):
            body = body[:-1] + r'\-'
        self._add(f'[{"^" if negated else ""}{body}]', place + 1 - self._place)
