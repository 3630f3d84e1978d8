"""Text and tokens (text/template/parse/lex.go)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.apimachinery.gotemplate.nodes import TemplateError

_TOKEN = re.compile(r'''
    (?P<space>[ \t\r\n]+)
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<raw>`[^`]*`)
  | (?P<char>'(?:[^'\\\n]|\\.)+')
  | (?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+|\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?))
  | (?P<field>\.[A-Za-z_][A-Za-z0-9_]*)
  | (?P<variable>\$[A-Za-z0-9_]*)
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<declare>:=)
  | (?P<sign>[.()|,=])
''', re.VERBOSE)


_TRIMMED = re.compile(r'[ \t\r\n]+-\}\}')
_UNTERMINATED = {'"': 'quoted string', '`': 'raw quoted string', "'": 'character constant'}
_WORDS = ('field', 'variable', 'word')
_ALPHANUMERIC = re.compile(r'\w')
_TERMINATOR = re.compile(r'[ \t\r\n.,|:)(]|\}\}|$')


@dataclass(frozen=True, slots=True)
class Token:
    """What the pattern has a name for, 'other' for any other character, or an 'error' whose text says what it is."""

    kind: str
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Plain text (no tokens), or what stands between two delimiters."""

    text: str
    tokens: tuple[Token, ...] | None
    position: int


def split(source: str, name: str) -> list[Piece]:
    """The texts and actions of a template. Raises TemplateError."""
    found: list[Piece] = []
    position, trim = 0, False
    while True:
        start = source.find('{{', position)
        text = source[position:] if start < 0 else source[position:start]
        if trim:
            text = text.lstrip(' \t\r\n')
        if start < 0:
            if text:
                found.append(Piece(text, None, position))
            return found
        if source.startswith('{{-', start) and source[start + 3:start + 4] in (' ', '\t', '\r', '\n'):
            text = text.rstrip(' \t\r\n')
            inside = start + 3
        else:
            inside = start + 2
        if text:
            found.append(Piece(text, None, position))
        if source[inside:].lstrip().startswith('/*'):
            position, trim = _comment(source, inside, name)
            continue
        tokens, position, trim = _action(source, inside)
        found.append(Piece(source[inside:position], tokens, inside))


def _comment(source: str, start: int, name: str) -> tuple[int, bool]:
    end = source.find('*/', start)
    if end < 0:
        raise _error(source, start, name, 'unclosed comment')
    rest = source[end + 2:]
    trim = re.match(r'[ \t\r\n]-\}\}', rest) is not None
    if not trim and not rest.startswith('}}'):
        raise _error(source, end, name, 'comment ends before closing delimiter')
    return end + (6 if trim else 4), trim


def _action(source: str, start: int) -> tuple[tuple[Token, ...], int, bool]:
    """lexInsideAction: the tokens up to the closing delimiter, or up to an error."""
    tokens: list[Token] = []
    position, depth = start, 0

    def wrong(text: str) -> tuple[tuple[Token, ...], int, bool]:
        return (*tokens, Token('error', text, position)), len(source), False

    while True:
        if _TRIMMED.match(source, position) and not depth:
            return tuple(tokens), source.index('}}', position) + 2, True
        if source.startswith('}}', position):
            return wrong('unclosed left paren') if depth else (tuple(tokens), position + 2, False)
        match = _TOKEN.match(source, position)
        if match is None:
            if problem := _complaint(source, position):
                return wrong(problem)
            tokens.append(Token('other', source[position], position))
            position += 1
            continue
        depth += (match[0] == '(') - (match[0] == ')')
        if depth < 0:
            return wrong('unexpected right paren')
        tokens.append(Token(match.lastgroup or '', match[0], position))
        position = match.end()
        if match.lastgroup == 'number' and (wider := _ALPHANUMERIC.match(source, position)):
            return wrong(f'bad number syntax: "{match[0]}{wider[0]}"')
        if match.lastgroup in _WORDS and not _TERMINATOR.match(source, position):
            return wrong(f"bad character U+{ord(source[position]):04X} '{source[position]}'")


def _complaint(source: str, position: int) -> str:
    if position >= len(source):
        return 'unclosed action'
    char = source[position]
    if char in _UNTERMINATED:
        return f'unterminated {_UNTERMINATED[char]}'
    return '' if ' ' < char <= '~' else f"unrecognized character in action: U+{ord(char):04X} '{char}'"


def line_of(source: str, position: int) -> int:
    return source.count('\n', 0, position) + 1


def _error(source: str, position: int, name: str, text: str) -> TemplateError:
    return TemplateError(f'template: {name}:{line_of(source, position)}: {text}')
