"""What a word becomes: braces, tilde, parameters, substitutions, arithmetic, splitting, file names; in this order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor.shell import patterns
from tutor.shell.arithmetic import Arithmetic, ArithmeticProblem
from tutor.shell.budget import MAX_TEXT
from tutor.shell.syntax import (
    ArithmeticExpansion,
    CommandSubstitution,
    Parameter,
    Part,
    ProcessSubstitution,
    Text,
    Word,
)

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

MAX_BRACES = 100_000


class ExpansionProblem(Exception):
    """An expansion that fails the command; the text is bash's. A fatal one ends a script."""

    def __init__(self, text: str, fatal: bool = False) -> None:
        super().__init__(text)
        self.fatal = fatal


class Piece:
    """Text in a field: `active` if patterns mean something in it, `split` if it came from an unquoted expansion."""

    __slots__ = ('active', 'break_after', 'split', 'text')

    def __init__(self, text: str, active: bool, split: bool, break_after: bool = False) -> None:
        self.text = text
        self.active = active
        self.split = split
        self.break_after = break_after


class Expander:
    """Expands words for one shell."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    # -- the ways a word is used --------------------------------------------------------------------------------

    async def words(self, words: Sequence[Word]) -> list[str]:
        """All fields of a list of words."""
        found: list[str] = []
        for word in words:
            if len(word.parts) == 1 and isinstance(word.parts[0], Text) and not _special(word.parts[0]):
                found.append(word.parts[0].text)
                continue
            for braced in _braces(word):
                found += await self._fields(braced)
        return found

    async def text(self, word: Word) -> str:
        """One string, without splitting and file names (assignments, redirections' targets, here-documents)."""
        found = ''.join(piece.text + (' ' if piece.break_after else '')
                        for piece in await self._pieces(_tilde(word, self._shell.home)))
        if len(found) > MAX_TEXT:
            raise ExpansionProblem(f'xrealloc: cannot allocate {len(found)} bytes', fatal=True)
        return found

    async def pattern(self, word: Word) -> list[tuple[str, bool]]:
        """Pieces for pattern matching: case, [[ == ]], ${x#…}."""
        return [(piece.text, piece.active) for piece in await self._pieces(word)]

    async def _fields(self, word: Word) -> list[str]:
        pieces = await self._pieces(_tilde(word, self._shell.home))
        fields = _split(pieces, self._shell.variables.get('IFS'))
        found: list[str] = []
        for field in fields:
            if not self._shell.options.get('noglob') and patterns.has_pattern(field):
                matches = patterns.glob(self._shell.ctx.files, self._shell.ctx.cwd, field)
                if matches:
                    found += matches
                    continue
            found.append(''.join(text for text, _ in field))
        return found

    # -- parts --------------------------------------------------------------------------------------------------

    async def _pieces(self, word: Word) -> list[Piece]:
        found: list[Piece] = []
        for part in word.parts:
            found += await self._part(part)
        return found

    async def _part(self, part: Part) -> list[Piece]:
        if isinstance(part, Text):
            return [Piece(part.text, not part.quoted, False)]
        if isinstance(part, Parameter):
            return await self._parameter(part)
        if isinstance(part, CommandSubstitution):
            output = await self._shell.capture(part.script)
            return [Piece(output.rstrip('\n'), not part.quoted, not part.quoted)]
        if isinstance(part, ArithmeticExpansion):
            return [Piece(str(await self.arithmetic(part.expression)), False, not part.quoted)]
        assert isinstance(part, ProcessSubstitution)
        return [Piece(await self._shell.process_substitution(part), False, False)]

    async def arithmetic(self, word: Word) -> int:
        text = await self.text(word)
        variables = self._shell.variables
        try:
            return Arithmetic(text, lambda name: variables.get(name) or '', variables.set).value()
        except ArithmeticProblem as problem:
            raise ExpansionProblem(str(problem)) from None

    # -- parameters ---------------------------------------------------------------------------------------------

    async def _parameter(self, part: Parameter) -> list[Piece]:
        if part.indirect:
            return await self._indirect(part)
        values, many = await self._values(part)
        if part.length:
            text = str(len(values)) if many else str(len(values[0]) if values else 0)
            return [Piece(text, False, not part.quoted)]
        if part.operator:
            values = await self._operate(part, values, many)
        elif not values and not many and self._shell.options.get('nounset'):
            raise ExpansionProblem(f'{part.name}: unbound variable', fatal=True)
        if many:
            return self._many(part, values)
        return [Piece(values[0] if values else '', not part.quoted, not part.quoted)]

    def _many(self, part: Parameter, values: list[str]) -> list[Piece]:
        """$@ and $*, and arrays with [@] and [*]."""
        star = part.name == '*' or (part.index is not None and part.index.source == '' and
                                    _literal(part.index) == '*')
        if part.quoted and star:
            separator = self._shell.variables.get('IFS')
            return [Piece((' ' if separator is None else separator[:1]).join(values), False, False)]
        pieces = [Piece(value, not part.quoted, not part.quoted, True) for value in values]
        if pieces:
            pieces[-1].break_after = False
        elif part.quoted:
            return [Piece('', False, True)]
        return pieces

    async def _values(self, part: Parameter) -> tuple[list[str], bool]:
        """The values of a parameter, and whether it stands for many."""
        shell, name = self._shell, part.name
        if name in ('@', '*'):
            return list(shell.positional), True
        if part.index is not None:
            index = _literal(part.index)
            if index in ('@', '*'):
                return list(shell.variables.items(name).values()), True
            variable = shell.variables.find(name)
            key = await self.text(part.index) if variable is not None and variable.associative \
                else await self.arithmetic(part.index)
            items = shell.variables.items(name)
            if isinstance(key, int) and key < 0 and items:
                key += max(items) + 1
            return ([items[key]] if key in items else []), False
        value = shell.parameter(name)
        return ([] if value is None else [value]), False

    async def _indirect(self, part: Parameter) -> list[Piece]:
        shell = self._shell
        if part.index is not None and _literal(part.index) in ('@', '*'):
            keys = [str(key) for key in shell.variables.items(part.name)]
            return self._many(part, keys)
        if part.operator in ('*', '@'):
            return self._many(replace(part, index=None),
                              [n for n in shell.variables.names() if n.startswith(part.name)])
        target = shell.parameter(part.name) or ''
        return await self._parameter(replace(part, name=target, indirect=False))

    async def _operate(self, part: Parameter, values: list[str], many: bool) -> list[str]:
        operator = part.operator
        assert part.operand is not None
        if operator.lstrip(':') in ('-', '=', '?', '+') and operator != ':':
            return await self._default(part, values)
        if operator == ':':
            return await self._slice(part, values, many)
        if operator == '@':
            return [_transform(value, await self.text(part.operand)) for value in values]
        pattern = await self.pattern(part.operand)
        if operator[0] in '#%':
            return [_trim(value, pattern, operator) for value in values]
        if operator[0] == '/':
            replacement = await self.text(part.second) if part.second is not None else ''
            return [_replace(value, pattern, replacement, operator) for value in values]
        return [_case(value, pattern, operator) for value in values]

    async def _default(self, part: Parameter, values: list[str]) -> list[str]:
        """${x:-y} ${x:=y} ${x:?y} ${x:+y}; without the colon only an unset parameter counts."""
        operator, operand = part.operator[-1], part.operand
        assert operand is not None
        missing = not values or (part.operator[0] == ':' and not ''.join(values))
        if operator == '+':
            return [] if missing else [await self.text(operand)]
        if not missing:
            return values
        text = await self.text(operand)
        if operator == '?':
            raise ExpansionProblem(f'{part.name}: {text or "parameter null or not set"}', fatal=True)
        if operator == '=':
            self._shell.variables.set(part.name, text)
        return [text]

    async def _slice(self, part: Parameter, values: list[str], many: bool) -> list[str]:
        assert part.operand is not None
        start = await self.arithmetic(part.operand)
        length = await self.arithmetic(part.second) if part.second is not None else None
        if many:
            if part.name in ('@', '*'):
                values = [self._shell.name, *values]
            chosen = values[start:] if start >= 0 else values[len(values) + start:]
            return chosen if length is None else chosen[:length]
        if not values:
            return values
        text = values[0]
        begin = start if start >= 0 else max(len(text) + start, 0)
        end = len(text) if length is None else begin + length if length >= 0 else len(text) + length
        return [text[begin:end]]


def _literal(word: Word) -> str:
    return ''.join(part.text for part in word.parts if isinstance(part, Text))


def _special(part: Text) -> bool:
    """Whether unquoted text could be more than itself."""
    return not part.quoted and any(char in part.text for char in '*?[{~')


def _tilde(word: Word, home: str) -> Word:
    first = word.parts[0] if word.parts else None
    if isinstance(first, Text) and not first.quoted and first.text.startswith('~'):
        name, slash, rest = first.text[1:].partition('/')
        if not name and (slash or len(word.parts) == 1):
            return Word((Text(home, True), Text(slash + rest), *word.parts[1:]), word.source)
    return word


# -- braces -------------------------------------------------------------------------------------------------------

Atom = str | Part


def _braces(word: Word) -> list[Word]:
    """{a,b} and {1..3}."""
    if not any(isinstance(part, Text) and not part.quoted and '{' in part.text for part in word.parts):
        return [word]
    atoms: list[Atom] = []
    for part in word.parts:
        if isinstance(part, Text) and not part.quoted:
            atoms += list(part.text)
        else:
            atoms.append(part)
    return [_join(variant) for variant in _expand_braces(atoms)]


def _expand_braces(atoms: list[Atom]) -> list[list[Atom]]:
    for start, atom in enumerate(atoms):
        if atom != '{':
            continue
        end, commas = _closing(atoms, start)
        if end < 0:
            continue
        inside = atoms[start + 1:end]
        if commas:
            cuts = [start, *commas, end]
            choices = [variant for left, right in pairwise(cuts)
                       for variant in _expand_braces(atoms[left + 1:right])]
        else:
            sequence = _sequence(inside)
            if sequence is None:
                continue
            choices = [list(item) for item in sequence]
        tails = _expand_braces(atoms[end + 1:])
        if len(choices) * len(tails) > MAX_BRACES:
            raise ExpansionProblem('brace expansion: too many words')
        return [[*atoms[:start], *choice, *tail] for choice in choices for tail in tails]
    return [atoms]


def _closing(atoms: list[Atom], start: int) -> tuple[int, list[int]]:
    depth, commas = 0, []
    for place in range(start, len(atoms)):
        if atoms[place] == '{':
            depth += 1
        elif atoms[place] == '}':
            depth -= 1
            if not depth:
                return place, commas
        elif atoms[place] == ',' and depth == 1:
            commas.append(place)
    return -1, []


def _sequence(inside: list[Atom]) -> list[str] | None:
    if not all(isinstance(atom, str) for atom in inside):
        return None
    match = re.fullmatch(r'(-?\d+|[a-zA-Z])\.\.(-?\d+|[a-zA-Z])(?:\.\.(-?\d+))?',
                         ''.join(inside))  # type: ignore[arg-type]
    if match is None:
        return None
    first, last, step = match[1], match[2], abs(int(match[3] or 1)) or 1
    if first.lstrip('-').isdigit() and last.lstrip('-').isdigit():
        low, high = int(first), int(last)
        if abs(high - low) // step > MAX_BRACES:
            raise ExpansionProblem('brace expansion: too many words')
        width = max(len(first), len(last)) if re.match(r'-?0\d', first) or re.match(r'-?0\d', last) else 0
        numbers = range(low, high + 1, step) if low <= high else range(low, high - 1, -step)
        return [f'{number:0{width}d}' for number in numbers]
    if first.isalpha() and last.isalpha():
        low, high = ord(first), ord(last)
        codes = range(low, high + 1, step) if low <= high else range(low, high - 1, -step)
        return [chr(code) for code in codes]
    return None


def _join(atoms: list[Atom]) -> Word:
    parts: list[Part] = []
    text: list[str] = []
    for atom in atoms:
        if isinstance(atom, str):
            text.append(atom)
            continue
        if text:
            parts.append(Text(''.join(text)))
            text = []
        parts.append(atom)
    if text:
        parts.append(Text(''.join(text)))
    return Word(tuple(parts))


# -- splitting ----------------------------------------------------------------------------------------------------


def _split(pieces: list[Piece], ifs: str | None) -> list[list[tuple[str, bool]]]:
    """Word splitting: only what came out of unquoted expansions is split, at the characters of IFS."""
    separators = ' \t\n' if ifs is None else ifs
    blanks = ''.join(char for char in separators if char in ' \t\n')
    fields: list[list[tuple[str, bool]]] = []
    current: list[tuple[str, bool]] | None = None
    for piece in pieces:
        if not piece.split or not separators:
            if piece.text or not piece.split:
                current = [*(current or []), (piece.text, piece.active)]
        else:
            current = _split_piece(piece, separators, blanks, fields, current)
        if piece.break_after:
            if current is not None:
                fields.append(current)
            current = None
    if current is not None:
        fields.append(current)
    return fields


def _split_piece(piece: Piece, separators: str, blanks: str, fields: list[list[tuple[str, bool]]],
                 current: list[tuple[str, bool]] | None) -> list[tuple[str, bool]] | None:
    text = ''
    place = 0
    while place < len(piece.text):
        char = piece.text[place]
        if char not in separators:
            text += char
            place += 1
            continue
        if text:
            current = [*(current or []), (text, piece.active)]
            text = ''
        hard = False
        while place < len(piece.text) and piece.text[place] in separators:
            if piece.text[place] not in blanks:
                if hard:
                    fields.append([])
                hard = True
            place += 1
        if current is not None or hard:
            fields.append(current or [('', False)])
        current = None
    if text:
        current = [*(current or []), (text, piece.active)]
    return current


# -- ${x%…} and the like ------------------------------------------------------------------------------------------


def _trim(value: str, pattern: list[tuple[str, bool]], operator: str) -> str:
    expression = patterns.compile_pieces(pattern)
    lengths = range(len(value) + 1)
    if operator[0] == '#':
        for end in lengths if operator == '#' else reversed(lengths):
            if expression.fullmatch(value, 0, end):
                return value[end:]
    else:
        for start in reversed(lengths) if operator == '%' else lengths:
            if expression.fullmatch(value, start):
                return value[:start]
    return value


def _replace(value: str, pattern: list[tuple[str, bool]], replacement: str, operator: str) -> str:
    if not ''.join(text for text, _ in pattern):
        return value
    expression = patterns.compile_pieces(pattern)
    if operator == '/#':
        match = expression.match(value)
        return replacement + value[match.end():] if match else value
    if operator == '/%':
        for start in range(len(value) + 1):
            if expression.fullmatch(value, start):
                return value[:start] + replacement
        return value
    return expression.sub(lambda _: replacement, value, count=0 if operator == '//' else 1)


def _case(value: str, pattern: list[tuple[str, bool]], operator: str) -> str:
    expression = patterns.compile_pieces(pattern) if ''.join(text for text, _ in pattern) else None
    change = str.upper if operator[0] == '^' else str.lower
    end = len(value) if len(operator) == 2 else 1
    return ''.join(change(char) if place < end and (expression is None or expression.fullmatch(char)) else char
                   for place, char in enumerate(value))


def _transform(value: str, letter: str) -> str:
    from shlex import quote
    match letter:
        case 'Q':
            return quote(value)
        case 'U':
            return value.upper()
        case 'L':
            return value.lower()
        case 'u':
            return value[:1].upper() + value[1:]
    return value
