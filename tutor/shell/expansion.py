"""What a word becomes: braces, tilde, parameters, substitutions, arithmetic, splitting, file names; in this order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.shell import patterns
from tutor.shell.arithmetic import Arithmetic, ArithmeticProblem
from tutor.shell.braces import braces
from tutor.shell.budget import MAX_TEXT
from tutor.shell.elements import REFERENCE, BadSubscript, Elements
from tutor.shell.lexer import Lexer
from tutor.shell.lookup import home_of
from tutor.shell.quoting import array, pairs, reusable
from tutor.shell.syntax import (
    ArithmeticExpansion,
    CommandSubstitution,
    Parameter,
    Part,
    ProcessSubstitution,
    Text,
    Word,
)
from tutor.shell.unwinding import Exit, ExpansionProblem
from tutor.shell.variables import NAME, is_name

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell
    from tutor.shell.variables import Variable
BIG, COPIES = 1024 ** 2, 3
"""A text so long is asked of the kernel: what was, what is built, and what becomes of it."""
ASSIGNED = re.compile(f'{NAME.pattern}=(?=~)')


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
        self.elements = Elements(shell)

    # -- the ways a word is used --------------------------------------------------------------------------------

    async def words(self, words: Sequence[Word]) -> list[str]:
        """All fields of a list of words."""
        found: list[str] = []
        for word in words:
            if len(word.parts) == 1 and isinstance(word.parts[0], Text) and not _special(word.parts[0]):
                found.append(word.parts[0].text)
                continue
            for braced in braces(word) if self._expands_braces else (word,):
                found += await self._fields(braced)
        return found

    @property
    def _expands_braces(self) -> bool:
        return self._shell.dialect.name == 'bash' and self._shell.options.get('braceexpand', True)

    async def text(self, word: Word) -> str:
        """One string, without splitting and file names (assignments, redirections' targets, here-documents)."""
        return await self._joined(self._tilde(word))

    async def value(self, word: Word) -> str:
        """The right side of an assignment."""
        return await self._joined(self._tilde(word, assignment=True))

    async def _joined(self, word: Word) -> str:
        found = ''.join(piece.text + (' ' if piece.break_after else '') for piece in await self._pieces(word))
        if len(found) > MAX_TEXT:
            raise ExpansionProblem(f'xrealloc: cannot allocate {len(found)} bytes', fatal=True)
        if len(found) > BIG and not self._shell.ctx.host.allocate(self._shell.ctx.pid, COPIES * len(found)):
            raise Exit(137)
        return found

    async def pattern(self, word: Word) -> list[tuple[str, bool]]:
        """Pieces for pattern matching: case, [[ == ]], ${x#…}."""
        return [(piece.text, piece.active) for piece in await self._pieces(word)]

    async def _fields(self, word: Word) -> list[str]:
        pieces = await self._pieces(self._tilde(word))
        fields = _split(pieces, self._shell.variables.get('IFS'))
        found: list[str] = []
        for field in fields:
            text = ''.join(text for text, _ in field)
            if self._shell.options.get('noglob') or not patterns.has_pattern(field):
                found.append(text)
            else:
                found += self._paths(field, text)
        return found

    def _paths(self, field: list[tuple[str, bool]], text: str) -> list[str]:
        """The names of files that a pattern matches; the pattern itself when there are none."""
        options = self._shell.options
        matches = patterns.glob(self._shell.ctx.files, self._shell.ctx.cwd, field, options)
        if not matches and options.get('failglob'):
            raise ExpansionProblem(f'no match: {text}')
        return matches or ([] if options.get('nullglob') else [text])

    def _tilde(self, word: Word, assignment: bool = False) -> Word:
        """~, ~/x, ~+, ~- and ~user at the start of a word; in an assignment after each colon too."""
        parts = list(word.parts)
        for place, part in enumerate(parts):
            if not isinstance(part, Text) or part.quoted or '~' not in part.text:
                continue
            last = place == len(parts) - 1
            if not place and not assignment and (match := ASSIGNED.match(part.text)):
                rest = self._home(part.text[match.end():], last)
                parts[place] = Text(match[0] + rest)
                continue
            texts = part.text.split(':') if assignment else [part.text]
            texts = [self._home(text, last or number < len(texts) - 1) if number or not place else text
                     for number, text in enumerate(texts)]
            parts[place] = Text(':'.join(texts))
        return Word(tuple(parts), word.source) if parts != list(word.parts) else word

    def _home(self, text: str, complete: bool) -> str:
        name, slash, rest = text[1:].partition('/')
        if not text.startswith('~') or not (slash or complete):
            return text
        shell = self._shell
        known = {'': shell.home, '+': shell.ctx.cwd, '-': shell.variables.get('OLDPWD')}
        home = known[name] if name in known else home_of(name, shell.ctx.files)
        return text if home is None else home + slash + rest

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
        return self.number(text)

    def number(self, text: str) -> int:
        """The value of an expression; raises ExpansionProblem."""
        try:
            return Arithmetic(text, self.elements).value()
        except (ArithmeticProblem, BadSubscript) as problem:
            raise ExpansionProblem(self._shell.dialect.arithmetic(str(problem))) from None

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
            shown = part.name if part.index is None else f'{part.name}[{part.index.source}]'
            raise ExpansionProblem(f'{shown}: unbound variable', fatal=True)
        if many:
            return self._many(part, values)
        return [Piece(values[0] if values else '', not part.quoted, not part.quoted)]

    def _many(self, part: Parameter, values: list[str]) -> list[Piece]:
        """$@ and $*, and arrays with [@] and [*]."""
        star = part.name == '*' or (part.index is not None and part.index.literal_text() == '*')
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
            index = part.index.literal_text()
            if index in ('@', '*'):
                return list(self.elements.items(name).values()), True
            return await self._element(name, part.index)
        value = shell.parameter(name)
        return ([] if value is None else [value]), False

    async def _element(self, name: str, index: Word) -> tuple[list[str], bool]:
        """The value of name[index], and that it is one."""
        text = await self.text(index)
        try:
            value = self.elements.find(name, text)
        except ArithmeticProblem as problem:
            raise ExpansionProblem(str(problem)) from None
        except BadSubscript as problem:
            if not self.elements.items(name):
                return [], False
            raise ExpansionProblem(f'{name}: bad array subscript' if str(problem) else '') from None
        return ([] if value is None else [value]), False

    async def _indirect(self, part: Parameter) -> list[Piece]:
        shell = self._shell
        if part.index is not None and part.index.literal_text() in ('@', '*'):
            keys = [str(key) for key in self.elements.items(part.name)]
            return self._many(part, keys)
        if part.operator in ('*', '@'):
            return self._many(replace(part, index=None),
                              [n for n in shell.variables.names() if n.startswith(part.name)])
        own = shell.variables.own(part.name)
        if own is not None and own.reference:
            return [Piece(own.reference, False, not part.quoted)]
        match = REFERENCE.fullmatch(shell.parameter(part.name) or '')
        if match is None:
            target = shell.parameter(part.name)
            if target is None or not (target.isdigit() or target in ('@', '*', '#', '?')):
                raise ExpansionProblem(f'{part.name}: invalid indirect expansion' if target is None else
                                       f'{target}: invalid variable name')
            return await self._parameter(replace(part, name=target, indirect=False))
        index = None if match[2] is None else Word((Text(match[2]),), match[2])
        return await self._parameter(replace(part, name=match[1], index=index, indirect=False))

    async def _operate(self, part: Parameter, values: list[str], many: bool) -> list[str]:
        operator = part.operator
        assert part.operand is not None
        if operator.lstrip(':') in ('-', '=', '?', '+') and operator != ':':
            return await self._default(part, values)
        if operator == ':':
            return await self._slice(part, values, many)
        if operator == '@':
            return await self._transformed(part, values, many)
        pattern = await self.pattern(part.operand)
        if operator[0] in '#%':
            return [_trim(value, pattern, operator) for value in values]
        if operator[0] == '/':
            replacement = await self.text(part.second) if part.second is not None else ''
            return [_replace(value, pattern, replacement, operator) for value in values]
        return [_case(value, pattern, operator) for value in values]

    async def _transformed(self, part: Parameter, values: list[str], many: bool) -> list[str]:
        """${x@Q} and its relatives."""
        assert part.operand is not None
        letter = part.operand.literal_text()
        variable = self._shell.variables.find(part.name)
        if letter == 'a':
            return [variable.letters] * max(len(values), 1) if variable is not None else []
        if letter == 'A':
            return _assigned(part.name, variable, values, many)
        if letter == 'K' and many and variable is not None:
            return [pairs(self.elements.items(part.name), variable.associative)]
        if letter == 'k' and many and variable is not None:
            return [str(text) for pair in self.elements.items(part.name).items() for text in pair]
        if letter == 'P':
            from tutor.shell.prompts import decoded
            return [decoded(value, self._shell) for value in values]
        return [_transform(value, letter) for value in values]

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
            missing_words = 'parameter null or not set' if part.operator[0] == ':' else 'parameter not set'
            raise ExpansionProblem(f'{part.name}: {text or missing_words}', fatal=True)
        if operator == '=':
            index = None if part.index is None else await self.text(part.index)
            if not is_name(part.name):
                raise ExpansionProblem(f'${part.name}: cannot assign in this way')
            self.elements.write(part.name, index, text)
        return [text]

    async def _slice(self, part: Parameter, values: list[str], many: bool) -> list[str]:
        assert part.operand is not None
        start = await self.arithmetic(part.operand)
        length = await self.arithmetic(part.second) if part.second is not None else None
        if many:
            if length is not None and length < 0:
                raise ExpansionProblem(f'{part.second.source if part.second else ""}: substring expression < 0')
            chosen = self._from(start, part.name, values)
            return chosen if length is None else chosen[:length]
        if not values:
            return values
        text = values[0]
        begin = start if start >= 0 else max(len(text) + start, 0)
        end = len(text) if length is None else begin + length if length >= 0 else len(text) + length
        if end < begin and length is not None and length < 0:
            raise ExpansionProblem(f'{part.second.source if part.second else ""}: substring expression < 0')
        return [text[begin:end] if -start <= len(text) else '']

    def _from(self, start: int, name: str, values: list[str]) -> list[str]:
        """The values from an index on; a negative one counts from behind the last."""
        if name in ('@', '*'):
            values = [self._shell.name, *values]
        keys = [key for key in self.elements.items(name) if isinstance(key, int)]
        if len(keys) != len(values):
            keys = list(range(len(values)))
        if start < 0:
            start += keys[-1] + 1 if keys else 0
        return [value for key, value in zip(keys, values, strict=True) if key >= start >= 0]


def _special(part: Text) -> bool:
    """Whether unquoted text could be more than itself."""
    return not part.quoted and any(char in part.text for char in '*?[{~')


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
        hard = 0
        while place < len(piece.text) and piece.text[place] in separators:
            hard += piece.text[place] not in blanks
            place += 1
        if current is not None or hard:
            fields.append(current or [('', False)])
        fields += [[('', False)] for _ in range(hard - 1)]
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
    if not ''.join(text for text, _ in pattern) and operator not in ('/#', '/%'):
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
    change = {'^': str.upper, ',': str.lower, '~': str.swapcase}[operator[0]]
    end = len(value) if len(operator) == 2 else 1
    return ''.join(change(char) if place < end and (expression is None or expression.fullmatch(char)) else char
                   for place, char in enumerate(value))


def _assigned(name: str, variable: Variable | None, values: list[str], many: bool) -> list[str]:
    """${x@A}: the assignment that would make the variable again."""
    if variable is None or (not values and not many):
        return []
    letters = f'declare -{variable.letters} ' if variable.letters else ''
    if many and isinstance(variable.value, dict):
        return [f'{letters}{name}={array(variable.elements, variable.associative)}']
    return [f'{letters}{name}={reusable(values[0])}']


def _transform(value: str, letter: str) -> str:
    match letter:
        case 'Q':
            return reusable(value)
        case 'E':
            return Lexer(f"$'{value}'").word().literal_text() if "'" not in value else value
        case 'U':
            return value.upper()
        case 'L':
            return value.lower()
        case 'u':
            return value[:1].upper() + value[1:]
    return value
