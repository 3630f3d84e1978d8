"""The words of an awk program."""

from __future__ import annotations

import re
from dataclasses import dataclass

KEYWORDS = {'BEGIN', 'END', 'function', 'func', 'if', 'else', 'while', 'for', 'do', 'break', 'continue', 'next',
            'nextfile',
            'exit', 'return', 'delete', 'in', 'getline', 'print', 'printf'}
FUNCTIONS = {'length', 'substr', 'index', 'split', 'sub', 'gsub', 'gensub', 'match', 'sprintf', 'sin', 'cos', 'atan2',
             'exp',
             'log', 'sqrt', 'int', 'rand', 'srand', 'tolower', 'toupper', 'system', 'close', 'fflush', 'systime',
             'strftime', 'asort', 'asorti', 'and', 'or', 'xor', 'lshift', 'rshift', 'strtonum'}
OPERATORS = ('**=', '**', '+=', '-=', '*=', '/=', '%=', '^=', '==', '<=', '>=', '!=', '++', '--', '&&', '||', '>>', '{',
             '}',
             '(', ')', '[', ']', ';', ',', '+', '-', '*', '%', '^', '!', '>', '<', '|', '?', ':', '~', '$', '=', '/')
NUMBER = re.compile(r'0[xX][0-9a-fA-F]+|(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?')
WORD = re.compile(r'[A-Za-z_]\w*')
ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', '\\': '\\', '"': '"', '/': '/', 'a': '\a', 'b': '\b', 'f': '\f', 'v': '\v'}


def unescaped(word: str) -> str:
    """A text with its backslashes carried out, as -v and -F have it."""
    return re.sub(r'\\(.)', lambda match: ESCAPES.get(match[1], match[0]), word)


class SyntaxFault(Exception):
    """A program that cannot be read: what stands at which line."""

    def __init__(self, token: str, line: int) -> None:
        super().__init__(token)
        self.token = token
        self.line = line


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, string, regex, name, call (a name right before a parenthesis), function, an operator or a
    keyword itself, newline, or end."""

    kind: str
    text: str
    line: int


def tokens(text: str) -> list[Token]:
    """All words of a program; raises SyntaxFault."""
    return _Lexer(text).all()


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._line = 1
        self._found: list[Token] = []

    def all(self) -> list[Token]:
        while self._place < len(self._text):
            self._one()
        self._add('end', 'end of file')
        return self._found

    def _add(self, kind: str, text: str) -> None:
        self._found.append(Token(kind, text, self._line))

    def _one(self) -> None:
        text, place = self._text, self._place
        char = text[place]
        if char in ' \t\r':
            self._place += 1
        elif char == '\\' and text[place + 1:place + 2] == '\n':
            self._place += 2
            self._line += 1
        elif char == '\n':
            self._add('newline', 'end of line')
            self._line += 1
            self._place += 1
        elif char == '#':
            end = text.find('\n', place)
            self._place = len(text) if end < 0 else end
        elif char == '"':
            self._string()
        elif char == '/' and self._regex_may_come():
            self._regex()
        elif (match := NUMBER.match(text, place)) is not None:
            self._add('number', match[0])
            self._place = match.end()
        elif (match := WORD.match(text, place)) is not None:
            self._word(match[0])
            self._place = match.end()
        else:
            self._operator()

    def _word(self, word: str) -> None:
        if word in KEYWORDS:
            self._add('function_' if word in ('function', 'func') else word, word)
        elif word in FUNCTIONS:
            self._add('function', word)
        elif self._text[self._place + len(word):self._place + len(word) + 1] == '(':
            self._add('call', word)
        else:
            self._add('name', word)

    def _operator(self) -> None:
        for operator in OPERATORS:
            if self._text.startswith(operator, self._place):
                self._add(operator, operator)
                self._place += len(operator)
                return
        raise SyntaxFault(self._text[self._place], self._line)

    def _regex_may_come(self) -> bool:
        """A slash after a value divides."""
        if not self._found:
            return True
        return self._found[-1].kind not in ('number', 'string', 'name', ')', ']', '$', '++', '--', 'function')

    def _string(self) -> None:
        found: list[str] = []
        self._place += 1
        while (char := self._text[self._place:self._place + 1]) != '"':
            if not char or char == '\n':
                raise SyntaxFault('unterminated string', self._line)
            if char == '\\':
                found.append(self._escape())
                continue
            found.append(char)
            self._place += 1
        self._place += 1
        self._add('string', ''.join(found))

    def _escape(self) -> str:
        following = self._text[self._place + 1:self._place + 2]
        octal = re.compile(r'\\([0-7]{1,3})').match(self._text, self._place)
        if octal is not None:
            self._place = octal.end()
            return chr(int(octal[1], 8))
        self._place += 2
        if following == '\n':
            self._line += 1
            return ''
        return ESCAPES.get(following, '\\' + following)

    def _regex(self) -> None:
        found: list[str] = []
        self._place += 1
        bracket = False
        while (char := self._text[self._place:self._place + 1]) != '/' or bracket:
            if not char or char == '\n':
                raise SyntaxFault('unterminated regular expression', self._line)
            if char == '\\' and self._place + 1 < len(self._text):
                following = self._text[self._place + 1]
                found.append('/' if following == '/' else '\\' + following)
                self._place += 2
                continue
            if char == '[' and not bracket:
                bracket = re.compile(r'\[\^?\]?[^\]\n]*\]').match(self._text, self._place) is not None
            elif char == ']':
                bracket = False
            found.append(char)
            self._place += 1
        self._place += 1
        self._add('regex', ''.join(found))
