"""jq, by the real jq's own library."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_reader
from tutor.shell.vfs import normalize

FLAGS = {'r': 'raw', 'raw-output': 'raw', 'c': 'compact', 'compact-output': 'compact', 'n': 'null',
         'null-input': 'null',
         's': 'slurp', 'slurp': 'slurp', 'R': 'raw_input', 'raw-input': 'raw_input', 'e': 'exit', 'exit-status': 'exit',
         'S': 'sort', 'sort-keys': 'sort', 'C': 'color', 'color-output': 'color', 'M': 'plain',
         'monochrome-output': 'plain',
         'j': 'join', 'join-output': 'join', 'a': 'ascii', 'ascii-output': 'ascii', 'tab': 'tab', 'h': 'help',
         'help': 'help',
         'unbuffered': 'unbuffered', 'V': 'version', 'version': 'version'}
USAGE = """Usage:\tjq [OPTIONS] FILTER [FILES...]
\tjq [OPTIONS] -f FILE [FILES...]
\tjq [OPTIONS] --args FILTER [ARGUMENTS...]
\tjq [OPTIONS] --jsonargs FILTER [JSON_VALUES...]
"""
MAX_OUTPUTS = 200_000


INPUTS = re.compile(r'(?<![.$\w"])inputs?\b')
OWN_INPUTS = 'def inputs: $__inputs[]; def input: $__inputs[0] // error("No more inputs"); '
"""With -n a filter fetches its inputs itself; the library gives it none, so they are handed in by name."""


class Settings:
    """The command line of jq."""

    def __init__(self, argv: list[str], ctx: Context) -> None:
        self.flags: set[str] = set()
        self.named: dict[str, Any] = {}
        self.args: list[str] = []
        self.positional: list[Any] = []
        self.indent = 2
        self.file = ''
        self._ctx = ctx
        self._rest = argv[1:]
        self._mode = 'files'
        while self._rest:
            self._one(self._rest.pop(0))
        if self.file:
            self.filter = ctx.files.read_text(normalize(self.file, ctx.cwd))
            self.paths = self.args
        else:
            self.filter, self.paths = (self.args[0] if self.args else ''), self.args[1:]

    def _one(self, word: str) -> None:
        if word == '--':
            for each in self._rest:
                self._argument(each)
            self._rest = []
        elif word.startswith('--'):
            self._long(word[2:])
        elif word.startswith('-') and len(word) > 1:
            for letter in word[1:]:
                if letter == 'f':
                    self.file = self._value(word)
                elif letter in FLAGS:
                    self.flags.add(FLAGS[letter])
                else:
                    raise Complaint('Unknown arguments\nUse jq --help for help with command-line options,\n'
                                    'or see the jq manpage, or online docs  at https://jqlang.github.io/jq', 2)
        else:
            self._argument(word)

    def _argument(self, word: str) -> None:
        if self._mode == 'files' or (not self.args and not self.file):
            self.args.append(word)
        else:
            self.positional.append(word if self._mode == 'args' else self._json(word, 'positional'))

    def _value(self, name: str) -> str:
        if not self._rest:
            raise Complaint(f'{name} takes a parameter\n{USAGE}', 2)
        return self._rest.pop(0)

    def _json(self, word: str, name: str) -> Any:
        try:
            return json.loads(word)
        except ValueError:
            raise Complaint(f'Invalid JSON text passed to --{name}\n{USAGE}', 2) from None

    def _long(self, name: str) -> None:
        if name in FLAGS:
            self.flags.add(FLAGS[name])
        elif name == 'arg':
            key = self._value(name)
            self.named[key] = self._value(name)
        elif name == 'argjson':
            key = self._value(name)
            self.named[key] = self._json(self._value(name), 'argjson')
        elif name in ('slurpfile', 'rawfile'):
            key, path = self._value(name), self._value(name)
            try:
                text = self._ctx.files.read_text(normalize(path, self._ctx.cwd))
            except OSError as problem:
                raise Complaint(f'Bad JSON in --{name} {key} {path}: Could not open {path}: {reason(problem)}',
                                2) from None
            self.named[key] = text if name == 'rawfile' else list(documents(text))
        elif name == 'indent':
            self.indent = int(self._value(name))
        elif name == 'from-file':
            self.file = self._value(name)
        elif name in ('args', 'jsonargs'):
            self._mode = name
        else:
            raise Complaint('Unknown arguments\nUse jq --help for help with command-line options,\n'
                            'or see the jq manpage, or online docs  at https://jqlang.github.io/jq', 2)


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """jq [-rcnsSejR] [--arg NAME VALUE] FILTER [FILE…]"""
    settings = Settings(argv, ctx)
    if 'version' in settings.flags:
        io.stdout.write('jq-1.7.1\n')
        return 0
    if 'help' in settings.flags or (not settings.args and not settings.file):
        (io.stdout if 'help' in settings.flags else io.stderr).write(USAGE)
        return 0 if 'help' in settings.flags else 2
    reads = 'null' in settings.flags and INPUTS.search(settings.filter) is not None
    inputs, broken = await _inputs(settings, io, ctx, reads)
    if reads:
        settings.named['__inputs'], inputs = [value for value, _ in inputs], [(None, 0)]
    program = compiled(settings, OWN_INPUTS if reads else '')
    status = _run(program, settings, inputs, io)
    if broken:
        io.stderr.write(f'jq: {broken}\n')
        return 2
    return status


def compiled(settings: Settings, before: str = '') -> Any:
    """The filter, ready to run, after some definitions; raises Complaint as jq words it."""
    import jq
    named = dict(settings.named)
    named.setdefault('ARGS', {'positional': settings.positional, 'named': settings.named})
    try:
        return jq.compile(before + settings.filter, args=named)
    except ValueError as problem:
        lines = str(problem).splitlines()
        lines = [line for line in lines if not re.fullmatch(r'jq: \d+ compile errors?', line)]
        count = sum(line.startswith('jq: error') for line in lines) or 1
        text = '\n'.join(lines)
        if not text.startswith('jq:'):
            text = f'jq: error: {text}'
        raise Complaint(f'{text}\njq: {count} compile error{"s" if count > 1 else ""}', 3, bare=True) from None


async def _inputs(settings: Settings, io: IO, ctx: Context, reads: bool = False) -> tuple[list[tuple[Any, int]], str]:
    """The values that the filter gets, and what was wrong with the text behind them."""
    if 'null' in settings.flags and not reads:
        return [(None, 0)], ''
    text = ''
    for path in settings.paths or ['-']:
        try:
            text += (await open_reader(path, io, ctx).read()).decode('utf-8', 'replace')
        except OSError as problem:
            return [], f'error: Could not open {path}: {reason(problem)}'
    if 'raw_input' in settings.flags:
        lines = text.removesuffix('\n').split('\n') if text else []
        return ([(text, 0)] if 'slurp' in settings.flags
                else [(line, place) for place, line in enumerate(lines, 1)]), ''
    found: list[tuple[Any, int]] = []
    problem_text = ''
    try:
        for value, place in _placed(text):
            found.append((value, text.count('\n', 0, place + 1)))
    except (ValueError, RecursionError) as problem:
        problem_text = f'parse error: {_wording(problem, text)}'
    if 'slurp' in settings.flags:
        return ([] if problem_text else [([value for value, _ in found], text.count('\n'))]), problem_text
    return found, problem_text


def documents(text: str) -> Iterator[Any]:
    """The JSON values in a text, one after the other; raises ValueError."""
    return (value for value, _ in _placed(text))


def _placed(text: str) -> Iterator[tuple[Any, int]]:
    """The values and where each ends."""
    decoder, place, blank = json.JSONDecoder(), 0, re.compile(r'\s*')
    while True:
        match = blank.match(text, place)
        assert match is not None
        if match.end() == len(text):
            return
        value, place = decoder.raw_decode(text, match.end())
        yield value, place


def _wording(problem: Exception, text: str) -> str:
    """What jq says of a text that is no JSON."""
    place = getattr(problem, 'pos', 0)
    rest = text[place:]
    if not rest.strip():
        return f'Unfinished JSON term at EOF at line {text.count(chr(10)) + 1}, column 0'
    token = re.match(r'[^\s{}\[\]:,"]*', rest)
    assert token is not None
    place += len(token[0])
    line, column = text.count('\n', 0, place) + 1, place - (text.rfind('\n', 0, place) + 1) + 1
    if text[place:place + 1] == '\n':
        line, column = line + 1, 0
    if token[0] or rest[0].isalpha():
        return f'Invalid numeric literal at line {line}, column {column}'
    if rest[0] in "]}":
        return f'Unmatched \'{rest[0]}\' at line {line}, column {column}'
    return f'Expected separator between values at line {line}, column {column}'


def _run(program: Any, settings: Settings, inputs: list[tuple[Any, int]], io: IO) -> int:
    status, last, count = 0, None, 0
    for value, line in inputs:
        try:
            for result in program.input_value(value):
                last = result
                count += 1
                if count > MAX_OUTPUTS:
                    raise Complaint('stopped: the filter gives values without end', 5)
                io.stdout.write(_shown(result, settings, io.stdout.isatty))
        except ValueError as problem:
            place = '<unknown>' if 'null' in settings.flags else f'<stdin>:{line}'
            io.stderr.write(f'jq: error (at {place}): {problem}\n')
            status = 5
    if status or 'exit' not in settings.flags:
        return status
    return 4 if not count else 1 if last in (None, False) else 0


def _shown(value: Any, settings: Settings, tty: bool) -> str:
    flags = settings.flags
    end = '' if 'join' in flags else '\n'
    if isinstance(value, str) and flags & {'raw', 'join'}:
        return value + end
    return dumped(value, 'compact' in flags, settings.indent, 'sort' in flags, 'ascii' in flags, 'tab' in flags,
                  'color' in flags or (tty and 'plain' not in flags)) + end


def dumped(value: Any, compact: bool, indent: int, sort: bool, ascii_only: bool = False, tab: bool = False,
           color: bool = False) -> str:
    """JSON as jq writes it."""
    separators = (',', ':') if compact or not indent else (',', ': ')
    step: Any = None if compact or (not indent and not tab) else '\t' if tab else indent
    value = _numbers(value)
    if color:
        return _colored(value, '' if compact else ' ' * indent, sort)
    return json.dumps(value, ensure_ascii=ascii_only, indent=step, separators=separators,
                      sort_keys=sort).replace('\x7f', '\\u007f')


def _numbers(value: Any) -> Any:
    """Whole floats as integers: jq has one kind of number."""
    if isinstance(value, float):
        if value != value:
            return None
        if value in (float('inf'), float('-inf')):
            return 1.7976931348623157e308 if value > 0 else -1.7976931348623157e308
        return int(value) if value == int(value) and abs(value) < 1e17 else value
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return value


def _colored(value: Any, step: str, sort: bool, level: int = 0) -> str:
    """jq 1.7's colours on a terminal."""
    def painted(text: str, code: str) -> str:
        return f'\x1b[{code}m{text}\x1b[0m'
    if value is None:
        return painted('null', '1;30')
    if isinstance(value, str):
        return painted(json.dumps(value, ensure_ascii=False), '0;32')
    if not isinstance(value, (dict, list)):
        return painted(json.dumps(value), '0;39')
    is_object = isinstance(value, dict)
    opening, closing = '{}' if is_object else '[]'
    if not value:
        return painted(opening + closing, '1;39')
    line = '\n' + step * (level + 1) if step else ''
    parts = []
    for item in (sorted(value) if sort else value) if is_object else value:
        if is_object:
            parts.append(f'{line}{painted(json.dumps(item, ensure_ascii=False), "34;1")}{painted(":", "1;39")}'
                         f'{" " if step else ""}{_colored(value[item], step, sort, level + 1)}')
        else:
            parts.append(f'{line}{_colored(item, step, sort, level + 1)}')
    last = '\n' + step * level if step else ''
    return painted(opening, '1;39') + painted(',', '1;39').join(parts) + painted(last + closing, '1;39')
