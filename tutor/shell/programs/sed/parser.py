"""Reads a sed script."""

from __future__ import annotations

import re

from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.regex import BadPattern, compile_posix
from tutor.shell.programs.sed.commands import Address, Command, Flags

NO_ADDRESS = ':}'
ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'f': '\f', 'v': '\v', 'a': '\a'}


class Parser:
    """One script, made of all -e and -f texts joined by newlines."""

    def __init__(self, text: str, extended: bool, busybox: bool = False) -> None:
        self._text = text
        self._place = 0
        self._extended = extended
        self._busybox = busybox
        self.commands: list[Command] = []
        self._blocks: list[int] = []
        self._labels: dict[str, int] = {}

    def parse(self) -> list[Command]:
        """The commands, with branches resolved; raises Complaint."""
        while self._next():
            self._command()
        if self._blocks:
            raise self._problem('unmatched `{\'', 0)
        for command in self.commands:
            if command.letter in 'btT':
                if command.text and command.text not in self._labels:
                    raise Complaint(f"can't find label for jump to `{command.text}'" if not self._busybox
                                    else f"can't find label for jump to '{command.text}'")
                command.target = self._labels.get(command.text, len(self.commands))
        return self.commands

    # -- characters ---------------------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._text[self._place:self._place + 1]

    def _take(self) -> str:
        char = self._peek()
        self._place += 1
        return char

    def _blanks(self) -> None:
        while self._peek() and self._peek() in ' \t':
            self._place += 1

    def _next(self) -> bool:
        """Skip what separates commands; False at the end."""
        while self._peek() and self._peek() in ' \t\n;':
            self._place += 1
        return bool(self._peek())

    def _problem(self, what: str, char: int | None = None) -> Complaint:
        if self._busybox:
            return Complaint({'unknown command': f'unsupported command {self._text[self._place - 1:self._place]}'}.get(
                what.partition(':')[0], what))
        return Complaint(f'-e expression #1, char {self._place if char is None else char}: {what}')

    # -- commands -----------------------------------------------------------------------------------------------

    def _command(self) -> None:
        if self._peek() == '#':
            self._line()
            return
        command = Command('')
        command.first = self._address()
        if command.first is not None:
            self._blanks()
            if self._peek() == ',':
                self._place += 1
                self._blanks()
                self._second(command)
        self._blanks()
        while self._peek() == '!':
            self._place += 1
            command.negated = True
            self._blanks()
        letter = command.letter = self._take()
        if not letter or letter in ';\n':
            raise self._problem('missing command', min(self._place, len(self._text)))
        if command.first is not None and letter in NO_ADDRESS:
            raise self._problem(": doesn't want any addresses" if letter == ':' else "} doesn't want any addresses")
        self._body(command, letter)

    def _body(self, command: Command, letter: str) -> None:
        match letter:
            case '{':
                self._blocks.append(len(self.commands))
                self.commands.append(command)
                return
            case '}':
                if not self._blocks:
                    raise self._problem("unexpected `}'")
                self.commands[self._blocks.pop()].target = len(self.commands)
            case ':':
                label = self._label()
                if not label:
                    raise self._problem('":" lacks a label')
                self._labels[label] = len(self.commands)
                return
            case 's':
                self._substitute(command)
                self.commands.append(command)
            case 'y':
                self._transliterate(command)
                self.commands.append(command)
            case 'a' | 'i' | 'c':
                self._insert(command)
                self.commands.append(command)
                return
            case 'b' | 't' | 'T':
                command.text = self._label()
                self.commands.append(command)
                return
            case 'r' | 'R' | 'w' | 'W':
                self._blanks()
                command.text = self._line()
                if not command.text:
                    raise self._problem('missing filename in r/R/w/W commands')
                self.commands.append(command)
                return
            case 'q' | 'Q' | 'l' | 'L':
                self._blanks()
                command.text = self._digits()
                self.commands.append(command)
            case '=' | 'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'n' | 'N' | 'p' | 'P' | 'x' | 'z' | 'F':
                self.commands.append(command)
            case _:
                raise self._problem(f"unknown command: `{letter}'")
        self._end()

    def _end(self) -> None:
        """After a command only its end may come."""
        self._blanks()
        if self._peek() == '#':
            self._line()
        elif self._peek() and self._peek() not in ';\n}':
            self._place += 1
            raise self._problem('extra characters after command')

    def _line(self) -> str:
        end = self._text.find('\n', self._place)
        end = len(self._text) if end < 0 else end
        line = self._text[self._place:end]
        self._place = end
        return line

    def _digits(self) -> str:
        start = self._place
        while self._peek().isdigit():
            self._place += 1
        return self._text[start:self._place]

    def _label(self) -> str:
        self._blanks()
        match = re.compile(r'[^\n;}\s]*').match(self._text, self._place)
        assert match is not None
        self._place = match.end()
        return match[0]

    # -- addresses ----------------------------------------------------------------------------------------------

    def _address(self) -> Address | None:
        char = self._peek()
        if char.isdigit():
            number = int(self._digits())
            if self._peek() == '~':
                self._place += 1
                return Address('step', number, int(self._digits() or 0))
            return Address('line', number)
        if char == '$':
            self._place += 1
            return Address('last')
        if char in ('/', '\\') and char:
            self._place += 1
            delimiter = '/' if char == '/' else self._take()
            text = self._delimited(delimiter, 'unterminated address regex')
            ignore = False
            while self._peek() and self._peek() in 'IM':
                ignore = self._take() == 'I' or ignore
            return Address('pattern', pattern=self._pattern(text, ignore) if text else None)
        return None

    def _second(self, command: Command) -> None:
        if self._peek() in ('+', '~') and self._peek():
            command.relative = self._take()
            command.second = Address('line', int(self._digits() or 0))
            return
        command.second = self._address()
        if command.second is None:
            raise self._problem("unexpected `,'")

    def _pattern(self, text: str, ignore: bool = False, multiline: bool = False) -> re.Pattern[str]:
        try:
            return compile_posix(text, self._extended, ignore, multiline=multiline)
        except BadPattern as problem:
            raise self._problem(str(problem)) from None

    def _delimited(self, delimiter: str, problem: str, regex: bool = True) -> str:
        """The text up to an unescaped delimiter, which is consumed; an escaped one loses its backslash."""
        found: list[str] = []
        in_bracket = False
        while True:
            char = self._take()
            if not char or (char == '\n' and regex):
                raise Complaint(f"unmatched '{delimiter}'") if self._busybox else self._problem(
                    problem, len(self._text))
            if char == delimiter and not in_bracket:
                return ''.join(found)
            if char == '\\' and not in_bracket:
                following = self._take()
                if following == delimiter and delimiter not in '()|{}+?':
                    found.append(following if not regex or delimiter not in '.*[]^$' else '\\' + following)
                elif following == 'n' and regex:
                    found.append('\n')
                else:
                    found.append('\\' + following)
                continue
            if regex and char == '[' and not in_bracket:
                in_bracket = self._closes(delimiter)
                found.append(char)
                if in_bracket:
                    found += self._bracket_start()
                continue
            if char == ']' and in_bracket:
                in_bracket = False
            found.append(char)

    def _closes(self, delimiter: str) -> bool:
        """Whether a bracket that opens here is closed again on this line: the delimiter in it is then literal."""
        rest = self._text[self._place:].partition('\n')[0]
        return re.match(r'\^?\]?(\[:\w+:\]|[^\]])*\]', rest) is not None

    def _bracket_start(self) -> list[str]:
        match = re.compile(r'\^?\]?(?:\[:\w+:\]|[^\]\n])*').match(self._text, self._place)
        assert match is not None
        self._place = match.end()
        return [match[0]]

    # -- s and y ------------------------------------------------------------------------------------------------

    def _substitute(self, command: Command) -> None:
        delimiter = self._take()
        if not delimiter or delimiter in '\n\\':
            raise self._problem("unterminated `s' command", len(self._text))
        text = self._delimited(delimiter, "unterminated `s' command")
        replacement = self._delimited(delimiter, "unterminated `s' command", regex=False)
        flags = command.flags = Flags()
        ignore = multiline = False
        while True:
            char = self._peek()
            if char.isdigit():
                flags.number = int(self._digits())
                if not flags.number:
                    raise self._problem("number option to `s' command may not be zero")
                continue
            if not char or char not in 'gpiIemMw':
                break
            self._place += 1
            flags.every = flags.every or char == 'g'
            flags.show = flags.show or char == 'p'
            flags.execute = flags.execute or char == 'e'
            ignore = ignore or char in 'iI'
            multiline = multiline or char in 'mM'
            if char == 'w':
                self._blanks()
                flags.file = self._line()
                break
        if self._peek() and self._peek() not in ';\n} \t#':
            self._place += 1
            raise self._problem("unknown option to `s'")
        command.pattern = self._pattern(text, ignore, multiline) if text else None
        command.replacement = self._replacement(replacement, command.pattern)

    def _replacement(self, text: str, pattern: re.Pattern[str] | None) -> list[tuple[str, str | int]]:
        """Parts: ('text', …), ('group', n) and ('case', letter)."""
        parts: list[tuple[str, str | int]] = []
        place = 0
        while place < len(text):
            char = text[place]
            if char == '&':
                parts.append(('group', 0))
            elif char == '\\' and place + 1 < len(text):
                place += 1
                following = text[place]
                if following.isdigit():
                    if pattern is not None and int(following) > pattern.groups:
                        raise self._problem(f"invalid reference \\{following} on `s' command's RHS")
                    parts.append(('group', int(following)))
                elif following in 'LUEul':
                    parts.append(('case', following))
                else:
                    parts.append(('text', ESCAPES.get(following, following)))
            else:
                parts.append(('text', char))
            place += 1
        return parts

    def _transliterate(self, command: Command) -> None:
        delimiter = self._take()
        first = self._plain(self._delimited(delimiter, "unterminated `y' command", regex=False))
        second = self._plain(self._delimited(delimiter, "unterminated `y' command", regex=False))
        if len(first) != len(second):
            raise self._problem("strings for `y' command are different lengths")
        command.table = {ord(left): right for left, right in zip(first, second, strict=True)}

    @staticmethod
    def _plain(text: str) -> str:
        return re.sub(r'\\(.)', lambda match: ESCAPES.get(match[1], match[1]), text, flags=re.DOTALL)

    # -- a, i, c ------------------------------------------------------------------------------------------------

    def _insert(self, command: Command) -> None:
        """`a text` and the classic form with a backslash and a new line; backslashes continue it. Blanks after the
        first backslash belong to the text."""
        self._blanks()
        if self._peek() == '\\':
            self._place += 1
            if not self._peek():
                return
            if self._peek() == '\n':
                self._place += 1
        elif not self._peek() or self._peek() == '\n':
            raise self._problem("expected \\ after `a', `c' or `i'", min(self._place, len(self._text)))
        lines: list[str] = []
        while True:
            line = self._line()
            self._place += 1
            if line.endswith('\\'):
                lines.append(line[:-1])
                if self._peek():
                    continue
            else:
                lines.append(line)
            break
        command.text = '\n'.join(re.sub(r'\\(.)', lambda match: ESCAPES.get(match[1], match[1]), line)
                                 for line in lines) + '\n'
