"""The tests of find: functions from an entry to whether it passes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tutor.shell.patterns import translate
from tutor.shell.process import Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.modes import changed, kind
from tutor.shell.programs.names import group_id, group_name, user_id, user_name
from tutor.shell.vfs import Directory, File, Node, Symlink, normalize


@dataclass(slots=True)
class Entry:
    """A file that was found: the path to show, the whole path, its node, how deep below the start."""

    shown: str
    path: str
    node: Node
    depth: int
    start: str


Test = Callable[[Entry], bool]
WITH_VALUE = {'-name', '-iname', '-path', '-wholename', '-ipath', '-regex', '-type', '-size', '-mtime', '-mmin',
              '-newer',
              '-perm', '-user', '-group', '-lname', '-maxdepth', '-mindepth', '-printf', '-amin', '-atime', '-cmin',
              '-ctime',
              '-links', '-uid', '-gid'}
SIZES = {'': 512, 'b': 512, 'c': 1, 'w': 2, 'k': 1024, 'M': 1024**2, 'G': 1024**3}


def make(name: str, value: str, ctx: Context) -> Test:
    """The test that a word and its value stand for; raises Complaint."""
    match name:
        case '-name' | '-iname':
            return _glob(value, name == '-iname', lambda entry: entry.shown.rstrip('/').rpartition('/')[2]
                         or entry.shown)
        case '-path' | '-wholename' | '-ipath':
            return _glob(value, name == '-ipath', lambda entry: entry.shown)
        case '-lname':
            return _glob(value, False, lambda entry: entry.node.target if isinstance(entry.node, Symlink) else '\0')
        case '-regex':
            expression = re.compile(value)
            return lambda entry: expression.fullmatch(entry.shown) is not None
        case '-type':
            return _type(value)
        case '-size':
            return _size(value)
        case '-mtime' | '-atime' | '-ctime':
            return _age(name, value, 86400, ctx)
        case '-mmin' | '-amin' | '-cmin':
            return _age(name, value, 60, ctx)
        case '-newer':
            return _newer(value, ctx)
        case '-perm':
            return _permissions(value)
        case '-user' | '-uid':
            number = user_id(ctx, value) if name == '-user' else None
            return _owner(value, number, 'user', lambda node: node.uid)
        case '-group' | '-gid':
            number = group_id(ctx, value) if name == '-group' else None
            return _owner(value, number, 'group', lambda node: node.gid)
    return lambda _: True


def empty(entry: Entry) -> bool:
    """-empty."""
    node = entry.node
    return not node.entries if isinstance(node, Directory) else isinstance(node, File) and not node.size


def _glob(pattern: str, ignore: bool, of: Callable[[Entry], str]) -> Test:
    expression = re.compile(translate(pattern), re.DOTALL | (re.IGNORECASE if ignore else 0))
    return lambda entry: expression.fullmatch(of(entry)) is not None


def _type(value: str) -> Test:
    letters = value.split(',')
    for letter in letters:
        if letter not in set('bcdpfls'):
            raise Complaint(f'Unknown argument to -type: {value[:1] or value}')
    return lambda entry: kind(entry.node).replace('-', 'f') in letters


def _compared(value: str, unit: str) -> tuple[str, int]:
    match = re.fullmatch(r'([-+]?)(\d+)', value)
    if match is None:
        raise Complaint(f'invalid argument `{value}\' to `{unit}\'')
    return match[1], int(match[2])


def _compare(sign: str, number: float, wanted: int) -> bool:
    return number > wanted if sign == '+' else number < wanted if sign == '-' else number == wanted


def _size(value: str) -> Test:
    match = re.fullmatch(r'([-+]?\d+)([bcwkMG]?)', value)
    if match is None:
        raise Complaint(f"invalid -size type `{value[-1:]}'" if value[:1].isdigit()
                        else f"invalid argument `{value}' to `-size'")
    sign, wanted = _compared(match[1], '-size')
    unit = SIZES[match[2]]

    def test(entry: Entry) -> bool:
        return _compare(sign, -(-entry.node.size // unit), wanted)
    return test


def _age(name: str, value: str, unit: int, ctx: Context) -> Test:
    sign, wanted = _compared(value, name)
    now = ctx.simulation.now

    def test(entry: Entry) -> bool:
        age = (now - entry.node.mtime) / unit
        return _compare(sign, age if sign == '-' else int(age), wanted)
    return test


def _newer(value: str, ctx: Context) -> Test:
    try:
        than = ctx.files.node(normalize(value, ctx.cwd)).mtime
    except OSError as problem:
        raise Complaint(f'‘{value}’: {reason(problem)}') from None
    return lambda entry: entry.node.mtime > than


def _permissions(value: str) -> Test:
    sign = value[0] if value[:1] in ('-', '/', '+') and value[:1] else ''
    mode = changed(value[len(sign):], 0, False, 0)
    if mode is None:
        raise Complaint(f"invalid mode ‘{value}’")
    if sign == '-':
        return lambda entry: entry.node.mode & mode == mode
    if sign:
        return lambda entry: bool(entry.node.mode & mode) or not mode
    return lambda entry: entry.node.mode & 0o7777 == mode


def _owner(value: str, number: int | None, what: str, of: Callable[[Node], int]) -> Test:
    wanted = number if number is not None else int(value) if value.isdigit() else None
    if wanted is None:
        raise Complaint(f"‘{value}’ is not the name of a known {what}")
    return lambda entry: of(entry.node) == wanted


def printed(form: str, entry: Entry, ctx: Context) -> str:
    """-printf."""
    node = entry.node
    escapes = {'n': '\n', 't': '\t', '\\': '\\', '0': '\0'}

    def one(match: re.Match[str]) -> str:
        letter = match[2]
        if match[0].startswith('\\'):
            return escapes.get(letter, match[0])
        folder, _, name = entry.shown.rpartition('/')
        return {'p': entry.shown, 'f': name, 'h': folder or '.', 's': str(node.size), 'd': str(entry.depth),
                'y': kind(node).replace('-', 'f'), 'm': f'{node.mode & 0o7777:o}', 'u': user_name(ctx, node.uid)
                or str(node.uid),
                'g': group_name(ctx, node.gid) or str(node.gid), 'P': entry.shown[len(entry.start):].lstrip('/'),
                'l': node.target if isinstance(node, Symlink) else '', '%': '%',
                'T': str(ctx.simulation.epoch.timestamp() + node.mtime)}.get(letter, match[0])
    return re.sub(r'(%|\\)(T@|.)', lambda match: one(match), form.replace('%T@', '%T'))
