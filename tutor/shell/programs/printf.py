"""printf: a format, used again until all arguments are spent."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tutor.shell.lexer import ESCAPES, byte_of, character, whole
from tutor.shell.process import IO, Context
from tutor.shell.quoting import backslashed

DIRECTIVE = re.compile(r"%(%|(?P<flags>[-+ #0']*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|-?\d+)?)?"
                       r'(?:[hlLjzt]*(?P<kind>[a-zA-Z%])|\((?P<time>[^)]*)\)T|(?P<end>\Z)))')
KINDS = 'sbcqQdiuxXoeEfFgGaA'
MAX_WIDTH = 100_000


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """printf FORMAT [ARGUMENT…]"""
    words = argv[1:]
    if words and words[0] == '--':
        words = words[1:]
    if not words:
        io.stderr.write("printf: missing operand\nTry 'printf --help' for more information.\n")
        return 1
    problems: list[str] = []
    io.stdout.write(format_all(words[0], words[1:], problems, ctx))
    for problem in problems:
        io.stderr.write(f'printf: {problem}\n')
    await io.stdout.drain()
    return 1 if problems else 0


def format_all(template: str, words: list[str], problems: list[str] | None = None, ctx: Context | None = None) -> str:
    """The template filled in, as often as there are arguments for. What is wrong is added to `problems`, as bash says
    it; `ctx` has the clock that %(…)T reads."""
    template, _ = unescape(template, stops=False)
    found: list[str] = []
    rest = list(words)
    problems = problems if problems is not None else []
    while True:
        before = len(rest)
        text, stopped = _format_once(template, rest, problems, ctx)
        found.append(text)
        if stopped or not rest or len(rest) == before:
            return ''.join(found)


def _format_once(template: str, rest: list[str], problems: list[str], ctx: Context | None) -> tuple[str, bool]:
    found: list[str] = []
    place = 0
    for match in DIRECTIVE.finditer(template):
        found.append(template[place:match.start()])
        place = match.end()
        if match[1] == '%':
            found.append('%')
            continue
        if match['end'] is not None:
            problems.append(f"`{match[0]}': missing format character")
            return ''.join(found), True
        if match['kind'] and match['kind'] not in KINDS:
            problems.append(f"`{match['kind']}': invalid format character")
            return ''.join(found), True
        text, stopped = _directive(match, rest, problems, ctx)
        found.append(text)
        if stopped:
            return ''.join(found), True
    return ''.join([*found, template[place:]]), False


def _directive(match: re.Match[str], rest: list[str], problems: list[str], ctx: Context | None) -> tuple[str, bool]:
    def take() -> str | None:
        return rest.pop(0) if rest else None

    width = int(take() or 0) if match['width'] == '*' else int(match['width'] or 0)
    flags = match['flags']
    if width < 0:
        width, flags = -width, flags + '-'
    precision = int(take() or 0) if match['precision'] == '*' else \
        int(match['precision']) if match['precision'] else (0 if '.' in match[0] else None)
    word, kind, stopped = take(), match['kind'] or '', False
    width = min(width, MAX_WIDTH)
    if match['time'] is not None:
        text = _time(match['time'], word, ctx)
    elif kind in 'sbcqQ':
        text = word or ''
        if kind == 'b':
            text, stopped = unescape(text)
        elif kind in 'qQ':
            text = backslashed(text)
        elif kind == 'c':
            text = text[:1]
        if precision is not None:
            text = text[:precision]
    else:
        text = _number(kind, flags, precision, word, problems)
    width -= len(text.encode('utf-8', 'surrogateescape')) - len(text)  # it counts bytes, as C does
    if '-' in flags:
        return text.ljust(width), stopped
    if '0' in flags and kind and kind not in 'sbcqQ':
        sign = text[:1] if text[:1] in '+-' else ''
        return sign + text[len(sign):].rjust(width - len(sign), '0'), stopped
    return text.rjust(width), stopped


def _number(kind: str, flags: str, precision: int | None, word: str | None, problems: list[str]) -> str:
    sign = '+' if '+' in flags else ' ' if ' ' in flags else ''
    try:
        if kind in 'diu':
            return f'{_integer(word):{sign}0{precision}d}' if precision else f'{_integer(word):{sign}d}'
        if kind in 'xXo':
            text = f'{_integer(word) & (1 << 64) - 1:{"#" if "#" in flags else ""}{kind}}'
            return text.replace('0o', '0') if text != '0o0' else '0'
        if kind in 'eEfFgG':
            return f'{float(word or 0):{sign}.{6 if precision is None else precision}{kind}}'
    except (ValueError, OverflowError):
        problems.append(f'{word}: invalid number')
        digits = re.match(r'\s*[-+]?(0[xX][0-9a-fA-F]+|\d*\.?\d+)', word or '')
        number = digits[0] if digits is not None else '0'
        return _number(kind, flags, precision, number.partition('.')[0] if kind in 'diuxXo' else number, [])
    return f'%{kind}'


def _time(template: str, word: str | None, ctx: Context | None) -> str:
    """%(FORMAT)T: a moment in seconds, or now for -1 and for none."""

    from tutor.shell.programs.date import shown
    seconds = int(word) if word and word.lstrip('-').isdigit() else -1
    if seconds < 0 and ctx is not None:
        return shown(ctx.simulation.wall(), template or '%X')
    return shown(datetime.fromtimestamp(min(seconds, 253402300799), UTC), template or '%X')


def _integer(word: str | None) -> int:
    if not word:
        return 0
    if word[0] in '\'"':
        return ord(word[1]) if len(word) > 1 else 0
    return int(word, 0) if not re.fullmatch(r'0\d+', word) else int(word, 8)


def unescape(text: str, stops: bool = True) -> tuple[str, bool]:
    """Backslash escapes as echo -e and printf read them; and whether `\\c` ended the output, where it can."""
    if '\\' not in text:
        return text, False
    found: list[str] = []
    place = 0
    while place < len(text):
        char = text[place]
        if char != '\\' or place + 1 == len(text):
            found.append(char)
            place += 1
            continue
        letter = text[place + 1]
        if letter == 'c' and stops:
            return whole(''.join(found)), True
        number = re.compile(r'x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|(0?[0-7]{1,3})').match(
            text, place + 1)
        if number:
            digits = number[4]
            code = int(digits, 8) if digits else int(number[1] or number[2] or number[3], 16)
            found.append(byte_of(code) if digits or number[1] else character(code))
            place = number.end()
        elif letter in ESCAPES and letter not in '?':
            found.append(ESCAPES[letter])
            place += 2
        else:
            found.append('\\' + letter)
            place += 2
    return whole(''.join(found)), False
