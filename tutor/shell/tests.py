"""The conditions of test, [ and [[ ]]."""

from __future__ import annotations

import re

from tutor.shell.access import EXECUTE, READ, WRITE, allowed
from tutor.shell.process import Context
from tutor.shell.variables import Variables
from tutor.shell.vfs import Device, Directory, File, Symlink, normalize

COMPARE = {'-eq', '-ne', '-lt', '-le', '-gt', '-ge'}
BINARY = {*COMPARE, '=', '==', '!=', '<', '>', '-nt', '-ot', '-ef'}
UNARY = set('abcdefghknoprstuvwxzGLNOS')


class TestProblem(Exception):
    """A condition that makes no sense; the text is bash's."""

    __test__ = False


def unary(operator: str, text: str, ctx: Context, variables: Variables) -> bool:
    """-z, -n, -v and the questions about files."""
    match operator[1:]:
        case 'z':
            return not text
        case 'n':
            return bool(text)
        case 'v':
            return _is_set(text, variables)
        case 't':
            return False
        case 'o':
            return False
    return bool(text) and _of_file(operator[1:], normalize(text, ctx.cwd), ctx)


_ACCESS = {'r': READ, 'w': WRITE, 'x': EXECUTE}
_BITS = {'u': 0o4000, 'g': 0o2000, 'k': 0o1000}


def _of_file(letter: str, path: str, ctx: Context) -> bool:
    try:
        place = ctx.files.find(path, follow=letter not in 'Lh')
    except OSError:
        return False
    node = place.node
    if node is None:
        return False
    if letter in _ACCESS:
        return allowed(node, ctx, _ACCESS[letter]) and not (letter == 'w' and place.read_only)
    if letter in _BITS:
        return bool(node.mode & _BITS[letter])
    match letter:
        case 'f':
            return isinstance(node, File)
        case 'd':
            return isinstance(node, Directory)
        case 'c':
            return isinstance(node, Device)
        case 'L' | 'h':
            return isinstance(node, Symlink)
        case 's':
            return not isinstance(node, File) or node.size > 0
        case 'O':
            return node.uid == ctx.uid
        case 'G':
            return node.gid == ctx.gid
    return letter not in 'bpS'


def _is_set(text: str, variables: Variables) -> bool:
    """-v name, -v name[index]."""
    match = re.fullmatch(r'(\w+)\[(.+)\]', text)
    if match is None:
        return variables.get(text) is not None
    items = variables.items(match[1])
    return bool(items) if match[2] in ('@', '*') else match[2] in {str(key) for key in items}


def binary(operator: str, left: str, right: str, ctx: Context) -> bool:
    """Comparisons of texts, numbers and files; raises ValueError for what is no number."""
    if operator in COMPARE:
        first, second = _number(left), _number(right)
        return {'-eq': first == second, '-ne': first != second, '-lt': first < second, '-le': first <= second,
                '-gt': first > second, '-ge': first >= second}[operator]
    if operator in ('-nt', '-ot', '-ef'):
        return _files(operator, left, right, ctx)
    return {'=': left == right, '==': left == right, '!=': left != right, '<': left < right,
            '>': left > right}[operator]


def _number(text: str) -> int:
    try:
        return int(text.strip() or 'x')
    except ValueError:
        raise ValueError(f'{text}: integer expression expected') from None


def _files(operator: str, left: str, right: str, ctx: Context) -> bool:
    try:
        first, second = (ctx.files.node(normalize(path, ctx.cwd)) for path in (left, right))
    except OSError:
        return False
    if operator == '-ef':
        return first is second
    return first.mtime > second.mtime if operator == '-nt' else first.mtime < second.mtime


def evaluate(words: list[str], ctx: Context, variables: Variables) -> bool:
    """The value of a whole condition; raises TestProblem."""
    return _Condition(words, ctx, variables).value()


class _Condition:
    def __init__(self, words: list[str], ctx: Context, variables: Variables) -> None:
        self._words = words
        self._ctx = ctx
        self._variables = variables
        self._pos = 0

    def value(self) -> bool:
        if not self._words:
            return False
        if len(self._words) == 1:
            return bool(self._words[0])
        found = self._or()
        if self._pos < len(self._words):
            raise TestProblem('too many arguments')
        return found

    def _peek(self, ahead: int = 0) -> str | None:
        place = self._pos + ahead
        return self._words[place] if place < len(self._words) else None

    def _or(self) -> bool:
        left = self._and()
        while self._peek() == '-o':
            self._pos += 1
            left = self._and() or left
        return left

    def _and(self) -> bool:
        left = self._not()
        while self._peek() == '-a':
            self._pos += 1
            left = self._not() and left
        return left

    def _not(self) -> bool:
        if self._peek() == '!' and self._peek(1) is not None:
            self._pos += 1
            return not self._not()
        if self._peek() == '(' and self._peek(1) is not None and self._peek(1) not in BINARY:
            self._pos += 1
            found = self._or()
            if self._peek() != ')':
                raise TestProblem("`)' expected")
            self._pos += 1
            return found
        return self._primary()

    def _primary(self) -> bool:
        word, operator = self._peek(), self._peek(1)
        if word is None:
            raise TestProblem('argument expected')
        if operator in BINARY and self._peek(2) is not None:
            self._pos += 3
            try:
                return binary(operator, word, self._words[self._pos - 1], self._ctx)
            except ValueError as problem:
                raise TestProblem(str(problem)) from None
        if word.startswith('-') and len(word) == 2 and operator is not None:
            if word[1] not in UNARY:
                raise TestProblem(f'{word}: unary operator expected')
            self._pos += 2
            return unary(word, operator, self._ctx, self._variables)
        if operator is not None and operator not in ('-a', '-o', ')'):
            if operator.startswith('-') or len(self._words) > 3:
                raise TestProblem('too many arguments' if len(self._words) > 3
                                  else f'{operator}: binary operator expected')
            raise TestProblem(f'{word}: unary operator expected')
        self._pos += 1
        return bool(word)
