"""Words, quotes and expansions, read from the text of a script at a position."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Self

from tutor.shell.syntax import (
    ArithmeticExpansion,
    CommandSubstitution,
    Parameter,
    Part,
    ProcessSubstitution,
    Script,
    Text,
    Word,
)

BLANKS = ' \t'
META = ' \t\n;&|<>()'
SPECIAL = '@*#?-$!0123456789'
ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'a': '\a', 'b': '\b', 'f': '\f', 'v': '\v', 'e': '\x1b', 'E': '\x1b',
           '\\': '\\', "'": "'", '"': '"', '?': '?'}


def byte_of(code: int) -> str:
    """One byte as text: ASCII, or what stands for a byte of which nobody knows yet whether it is UTF-8."""
    return bytes([code & 0xff]).decode('ascii', 'surrogateescape')


def character(code: int) -> str:
    r"""What \u and \U stand for; a half of a surrogate pair is three bytes, as bash writes it."""
    if 0xd800 <= code <= 0xdfff:
        return ''.join(map(byte_of, chr(code).encode('utf-8', 'surrogatepass')))
    return chr(code) if code <= sys.maxunicode else ''


def whole(text: str) -> str:
    """A text in which bytes that make up characters together have become those characters."""
    return text if text.isascii() else text.encode('utf-8', 'surrogateescape').decode('utf-8', 'surrogateescape')


class SyntaxProblem(Exception):
    """A script that cannot be read; the text is bash's. `line` is where, 0 when that is not known."""

    line = 0
    expected = ''
    """The word or operator that should have come, for the shells that tell."""

    def expecting(self, what: str) -> Self:
        self.expected = what
        return self


class Incomplete(SyntaxProblem):
    """A script that ends too early: at a prompt, more may follow."""


class Lexer:
    """Reads words at `pos`. The parser above it reads the scripts inside `$(…)`."""

    def __init__(self, text: str, pos: int = 0) -> None:
        self.text = text
        self.pos = pos

    def script_until(self, closing: str) -> Script:
        raise NotImplementedError

    # -- characters ---------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> str:
        place = self.pos + ahead
        return self.text[place] if place < len(self.text) else ''

    def skip_blanks(self) -> None:
        """Skip blanks, escaped newlines and a comment."""
        while True:
            char = self.peek()
            if char and char in BLANKS:
                self.pos += 1
            elif char == '\\' and self.peek(1) == '\n':
                self.pos += 2
            else:
                break
        if self.peek() == '#':
            end = self.text.find('\n', self.pos)
            self.pos = len(self.text) if end < 0 else end

    # -- words --------------------------------------------------------------------------------------------------

    def word(self, stop: str = META) -> Word:
        """The word at this position, up to an unquoted character of `stop`."""
        start = self.pos
        parts = self._parts(lambda char: char in stop, quoted=False)
        return Word(tuple(parts), self.text[start:self.pos])

    def _parts(self, ends: Callable[[str], bool], quoted: bool) -> list[Part]:
        parts: list[Part] = []
        plain: list[str] = []

        def flush() -> None:
            if plain:
                parts.append(Text(''.join(plain), quoted))
                plain.clear()

        while char := self.peek():
            if char in '<>' and self.peek(1) == '(' and not quoted:
                flush()
                parts.append(self._process())
            elif ends(char):
                break
            elif char == '\\':
                flush()
                part = self._escape(quoted)
                if part is not None:
                    parts.append(part)
            elif char == "'" and not quoted:
                flush()
                parts.append(self._single())
            elif char == '"':
                flush()
                parts.extend(self._double())
            elif char == '$':
                part = self._dollar(quoted)
                if part is None:
                    plain.append('$')
                else:
                    flush()
                    parts.extend(part)
            elif char == '`':
                flush()
                parts.append(self._backquote(quoted))
            elif char in '?*+@!' and self.peek(1) == '(' and not quoted:
                plain.append(char + '(')
                self.pos += 2
                flush()
                parts += self._parts(lambda each: each == ')', False)
                plain.append(self.peek())
                self.pos += 1
            else:
                plain.append(char)
                self.pos += 1
        flush()
        return parts

    def _escape(self, quoted: bool) -> Text | None:
        following = self.peek(1)
        self.pos += 2
        if following == '\n':
            return None
        if not following:
            self.pos -= 1
            return Text('\\', True)
        if quoted and following not in '$`"\\':
            return Text('\\' + following, True)
        return Text(following, True)

    def _single(self) -> Text:
        end = self.text.find("'", self.pos + 1)
        if end < 0:
            raise Incomplete("unexpected EOF while looking for matching `''")
        text = self.text[self.pos + 1:end]
        self.pos = end + 1
        return Text(text, True)

    def _double(self) -> list[Part]:
        start = self.pos
        self.pos += 1
        parts = self._parts(lambda char: char == '"', quoted=True)
        if self.peek() != '"':
            self.pos = start
            raise Incomplete('unexpected EOF while looking for matching `"\'')
        self.pos += 1
        return parts or [Text('', True)]

    def _ansi(self) -> Text:
        """$'…'."""
        self.pos += 2
        found: list[str] = []
        while (char := self.peek()) != "'":
            if not char:
                raise Incomplete("unexpected EOF while looking for matching `''")
            if char == '\\':
                found.append(self._ansi_escape())
            else:
                found.append(char)
                self.pos += 1
        self.pos += 1
        return Text(whole(''.join(found)), True)

    def _ansi_escape(self) -> str:
        following = self.peek(1)
        if following in ESCAPES:
            self.pos += 2
            return ESCAPES[following]
        for letter, longest, base in (('x', 2, 16), ('u', 4, 16), ('U', 8, 16)):
            if following == letter:
                return self._number(2, longest, base, letter == 'x')
        if following in '01234567' and following:
            return self._number(1, 3, 8, True)
        self.pos += 2
        return '\\' + following

    def _number(self, skip: int, longest: int, base: int, byte: bool) -> str:
        digits = ''
        alphabet = '0123456789abcdefABCDEF' if base == 16 else '01234567'
        while len(digits) < longest and (char := self.peek(skip + len(digits))) and char in alphabet:
            digits += char
        self.pos += skip + len(digits)
        code = int(digits or '0', base)
        return '' if not digits else byte_of(code) if byte else character(code)

    # -- dollars ------------------------------------------------------------------------------------------------

    def _dollar(self, quoted: bool) -> list[Part] | None:
        """What a dollar begins, or None for a plain one (which is then consumed)."""
        following = self.peek(1)
        if following == "'" and not quoted:
            return [self._ansi()]
        if following == '"' and not quoted:
            self.pos += 1
            return self._double()
        if following == '(':
            if self.peek(2) == '(' and (found := self._arithmetic(quoted)) is not None:
                return [found]
            self.pos += 2
            return [CommandSubstitution(self.script_until(')'), quoted)]
        if following == '{':
            return [self._braced(quoted)]
        if following and following in SPECIAL:
            self.pos += 2
            return [Parameter(following, quoted)]
        name = self.name_at(self.pos + 1)
        self.pos += 1 + len(name)
        return [Parameter(name, quoted)] if name else None

    def name_at(self, place: int) -> str:
        end = place
        text = self.text
        while end < len(text) and (text[end] == '_' or (text[end].isalnum() and text[end].isascii())):
            end += 1
        name = text[place:end]
        return '' if name[:1].isdigit() else name

    def _arithmetic(self, quoted: bool) -> ArithmeticExpansion | None:
        """$((…)), or None when the parentheses turn out to be a subshell in a substitution."""
        end = self.balanced(self.pos + 3)
        if end < 0 or self.text[end:end + 2] != '))':
            return None
        inner = self.text[self.pos + 3:end]
        self.pos = end + 2
        return ArithmeticExpansion(self.sub(inner), quoted)

    def balanced(self, place: int) -> int:
        """Where the parenthesis that was open before `place` is closed, -1 if nowhere."""
        depth = 0
        while place < len(self.text):
            char = self.text[place]
            if char == '(':
                depth += 1
            elif char == ')':
                if not depth:
                    return place
                depth -= 1
            elif char == '\\':
                place += 1
            place += 1
        return -1

    def sub(self, text: str) -> Word:
        """A text that is expanded as between double quotes (arithmetic, PS4)."""
        return Word(tuple(type(self)(text)._parts(lambda char: False, quoted=True)), text)

    def heredoc(self, text: str) -> Word:
        """A text in which only dollars, backquotes and escapes mean anything."""
        return Word(tuple(type(self)(text).body_parts()), text)

    def body_parts(self) -> list[Part]:
        """The parts of a heredoc: double quotes are plain characters, and so are backslashes before them."""
        parts: list[Part] = []
        while self.pos < len(self.text):
            quote = next((text for text in ('"', '\\"') if self.text.startswith(text, self.pos)), '')
            if quote:
                parts.append(Text(quote, True))
                self.pos += len(quote)
            parts += self._parts(lambda char: char == '"' or (char == '\\' and self.peek(1) == '"'), quoted=True)
        return parts

    def _process(self) -> ProcessSubstitution:
        writes = self.peek() == '>'
        self.pos += 2
        return ProcessSubstitution(self.script_until(')'), writes)

    def _backquote(self, quoted: bool) -> CommandSubstitution:
        self.pos += 1
        found: list[str] = []
        while (char := self.peek()) != '`':
            if not char:
                raise Incomplete("unexpected EOF while looking for matching ``'")
            if char == '\\' and self.peek(1) and self.peek(1) in '`\\$':
                self.pos += 1
                char = self.peek()
            found.append(char)
            self.pos += 1
        self.pos += 1
        inner = type(self)(''.join(found))
        return CommandSubstitution(inner.script_until(''), quoted)

    # -- ${…} ---------------------------------------------------------------------------------------------------

    def _braced(self, quoted: bool) -> Parameter:
        start = self.pos
        self.pos += 2
        length = self.peek() == '#' and self.peek(1) != '}' and self.peek(1) not in ':-=?+%'
        indirect = self.peek() == '!'
        if length or indirect:
            self.pos += 1
        name = self.peek() if self.peek() and self.peek() in SPECIAL else self.name_at(self.pos)
        while name.isdigit() and self.text[self.pos + len(name):self.pos + len(name) + 1].isdigit():
            name += self.text[self.pos + len(name)]
        self.pos += len(name)
        index = self._index() if name and self.peek() == '[' else None
        operator, operand, second = self._operation(quoted)
        if self.peek() != '}':
            if not self.peek():
                raise Incomplete("unexpected EOF while looking for matching `}'")
            end = self.text.find('}', self.pos)
            if end < 0:
                raise Incomplete("unexpected EOF while looking for matching `}'")
            raise SyntaxProblem(f'{self.text[start:end + 1]}: bad substitution')
        self.pos += 1
        if not name:
            raise SyntaxProblem(f'{self.text[start:self.pos]}: bad substitution')
        return Parameter(name, quoted, index, length, indirect, operator, operand, second)

    def _index(self) -> Word:
        self.pos += 1
        start = self.pos
        parts = self._parts(lambda char: char == ']', quoted=False)
        self.pos += 1
        return Word(tuple(parts), self.text[start:self.pos - 1])

    def _operation(self, quoted: bool) -> tuple[str, Word | None, Word | None]:
        for operator in (':-', ':=', ':?', ':+', '##', '%%', '//', '/#', '/%', '^^', ',,', '~~', '-', '=', '?', '+',
                         '#', '%', '/', '^', ',', '~', ':', '@', '*'):
            if self.text.startswith(operator, self.pos):
                self.pos += len(operator)
                break
        else:
            return '', None, None
        stop = '/}' if operator[0] == '/' else ':}' if operator == ':' else '}'
        operand = self._operand(stop, quoted and operator[0] not in '#%/^,')
        second = None
        if operator[0] in '/:' and len(stop) > 1 and self.peek() == stop[0]:
            self.pos += 1
            second = self._operand('}', quoted)
        return operator, operand, second

    def _operand(self, stop: str, quoted: bool) -> Word:
        start = self.pos
        parts = self._parts(lambda char: char in stop, quoted)
        return Word(tuple(parts), self.text[start:self.pos])
