"""Flags as pflag parses them for programs written in Go: long, short, bundled, with and without an argument, and its
very words for errors."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tutor.apimachinery.duration import DurationError, format_duration, parse_duration
from tutor.apimachinery.field import go_quote

STRING, BOOL, INT, INT32, DURATION = 'string', 'bool', 'int', 'int32', 'duration'
SLICE, ARRAY, PAIRS = 'stringSlice', 'stringArray', 'stringToString'
_TRUE = ('1', 't', 'T', 'TRUE', 'true', 'True')
_FALSE = ('0', 'f', 'F', 'FALSE', 'false', 'False')
_BITS = {INT: 64, INT32: 32}


class FlagError(Exception):
    """A command line that pflag does not parse; the text is pflag's."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of a command. Its kind follows from the default unless it is given: a bool, an int, a string, or a
    tuple (a list whose values are split at commas; ARRAY does not split them). A duration is in seconds.

    `bare` is the value of a flag that stands without one (NoOptDefVal).
    """

    name: str
    short: str = ''
    default: Any = ''
    help: str = ''
    kind: str = ''
    bare: str | None = None
    deprecated: str = ''
    hidden: bool = False

    @property
    def type(self) -> str:
        if self.kind:
            return self.kind
        if isinstance(self.default, bool):
            return BOOL
        if isinstance(self.default, int):
            return INT
        return SLICE if isinstance(self.default, tuple) else STRING

    @property
    def without_argument(self) -> str | None:
        return 'true' if self.bare is None and self.type == BOOL else self.bare

    def shown_default(self) -> str:
        """The default as `--help` writes it."""
        match self.type:
            case 'bool':
                return 'true' if self.default else 'false'
            case 'duration':
                return format_duration(self.default)
            case 'stringSlice' | 'stringArray' | 'stringToString':
                return f'[{",".join(self.default)}]'
            case 'mapStringString':
                return ''
            case 'string':
                return f"'{self.default}'"
        return str(self.default)

    def parse(self, text: str, before: Any) -> Any:
        """The value after this argument; `before` is what earlier ones of the same flag left, or None. Raises
        ValueError with Go's words."""
        match self.type:
            case 'bool':
                return _bool(text)
            case 'int' | 'int32':
                return _int(text, _BITS[self.type])
            case 'duration':
                return parse_duration(text)
            case 'stringArray':
                return (*(before or ()), text)
            case 'stringSlice':
                return (*(before or ()), *_split(text))
            case 'stringToString':
                return (*(before or ()), *_pairs(text, '{} must be formatted as key=value'))
            case 'mapStringString':
                return (*(before or ()), *_pairs(text, 'malformed pair, expect string=string'))
        return text


def _bool(text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(f'strconv.ParseBool: parsing {go_quote(text)}: invalid syntax')


def _int(text: str, bits: int) -> int:
    digits = text.lstrip('+-') if len(text) - len(text.lstrip('+-')) <= 1 else ''
    try:
        if not digits or digits != digits.strip():
            raise ValueError
        if digits[0] == '0' and digits.isdigit() and len(digits) > 1:
            value = int(text[:len(text) - len(digits)] + '0o' + digits[1:], 8)
        else:
            value = int(text, 0)
    except ValueError:
        raise ValueError(f'strconv.ParseInt: parsing {go_quote(text)}: invalid syntax') from None
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise ValueError(f'strconv.ParseInt: parsing {go_quote(text)}: value out of range')
    return value


def _split(text: str) -> list[str]:
    """readAsCSV."""
    if not text:
        return []
    if '"' not in text:
        return text.split('\n', 1)[0].split(',')
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        column = text.index('"') + 1
        raise ValueError(f'parse error on line 1, column {column}: bare " in non-quoted-field') from None


def _pairs(text: str, complaint: str) -> list[str]:
    found = _split(text) or ['']
    for pair in found:
        if '=' not in pair:
            raise ValueError(complaint.format(pair))
    return found


class FlagSet:
    """The flags of one command line: what may be given, and after `parse` what was. Reading a flag gives its value
    or its default; `changed` says whether it was given."""

    def __init__(self, flags: Iterable[Flag]) -> None:
        self.known: dict[str, Flag] = {}
        self._hidden: dict[str, Flag] = {}
        self._short: dict[str, Flag] = {}
        self._values: dict[str, Any] = {}
        self.args: list[str] = []
        self.args_before_dash = -1
        self.notes: list[str] = []
        self.given: list[tuple[str, str]] = []
        for flag in flags:
            if flag.name in self.known:
                self._hidden[flag.name] = self.known[flag.name]
            self.known[flag.name] = flag
            if flag.short:
                self._short[flag.short] = flag

    def __getitem__(self, name: str) -> Any:
        return self._values[name] if name in self._values else self.known[name].default

    def __setitem__(self, name: str, value: Any) -> None:
        self._values[name] = value

    def __contains__(self, name: str) -> bool:
        return name in self.known

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self.known else default

    def of_all(self, name: str) -> Any:
        """A global flag, which a flag of the command's own may hide (`create rolebinding --user`)."""
        return self._hidden[name].default if name in self._hidden else self[name]

    def changed(self, name: str) -> bool:
        return name in self._values

    def parse(self, arguments: list[str]) -> None:
        """FlagSet.parseArgs: flags and arguments in any order; after '--' only arguments."""
        rest = list(arguments)
        while rest:
            word = rest.pop(0)
            if word == '--':
                self.args_before_dash = len(self.args)
                self.args += rest
                return
            if len(word) < 2 or word[0] != '-':
                self.args.append(word)
            elif word[1] == '-':
                self._long(word, rest)
            else:
                self._bundle(word[1:], rest)

    def _long(self, word: str, rest: list[str]) -> None:
        name, has_value, value = word[2:].partition('=')
        if not name or name[0] in '-=':
            raise FlagError(f'bad flag syntax: {word}')
        flag = self.find(name)
        if flag is None:
            raise FlagError(f'unknown flag: --{name}')
        if not has_value:
            if flag.without_argument is not None:
                value = flag.without_argument
            elif rest:
                value = rest.pop(0)
            else:
                raise FlagError(f'flag needs an argument: {word}')
        self.set(flag, value)

    def _bundle(self, letters: str, rest: list[str]) -> None:
        whole = letters
        while letters:
            letter, letters = letters[0], letters[1:]
            flag = self._short.get(letter)
            if flag is None:
                raise FlagError(f"unknown shorthand flag: '{letter}' in -{whole}")
            if len(letters) > 1 and letters[0] == '=':
                value, letters = letters[1:], ''
            elif flag.without_argument is not None:
                value = flag.without_argument
            elif letters:
                value, letters = letters, ''
            elif rest:
                value = rest.pop(0)
            else:
                raise FlagError(f"flag needs an argument: '{letter}' in -{whole}")
            self.set(flag, value)
            whole = letters

    def find(self, name: str) -> Flag | None:
        """Underscores mean dashes (WordSepNormalizeFunc)."""
        return self.known.get(name) or self.known.get(name.replace('_', '-'))

    def short(self, letter: str) -> Flag | None:
        return self._short.get(letter)

    def set(self, flag: Flag, text: str) -> None:
        """Give a flag a value. Raises FlagError."""
        try:
            self._values[flag.name] = flag.parse(text, self._values.get(flag.name))
        except (ValueError, DurationError) as error:
            shown = f'-{flag.short}, --{flag.name}' if flag.short else f'--{flag.name}'
            raise FlagError(f'invalid argument {go_quote(text)} for "{shown}" flag: {error}') from None
        self.given.append((flag.name, text))
        if flag.deprecated:
            self.notes.append(f'Flag --{flag.name} has been deprecated, {flag.deprecated}\n')
