"""perl: what the documentation's Jobs run: digits of pi, print, sleep, exit and die."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context

MAX_DIGITS = 20_000
PI = re.compile(r'print\s*\(?\s*bpi\s*\(\s*(\d+)\s*\)\s*\)?')
WORDS = re.compile(r"""(print|die)\s*\(?\s*(?:"((?:[^"\\$@]|\\.)*)"|'([^']*)')\s*\)?""")
END = re.compile(r''';(?=(?:[^"']|"[^"]*"|'[^']*')*$)''')
NUMBER = re.compile(r'(sleep|exit)\s*\(?\s*(\d*)\s*\)?')
ESCAPES = {'n': '\n', 't': '\t', '\\': '\\', '"': '"', '$': '$', '@': '@', 'r': '\r'}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """perl -e."""
    version = ctx.env.get('PERL_VERSION', '5.42.0')
    if argv[1:2] in (['-v'], ['--version']):
        io.stdout.write(f'\nThis is perl 5, version {version.split(".")[1]}, subversion {version.split(".")[2]} '
                        f'(v{version}) built for x86_64-linux-gnu\n')
        return 0
    if argv[1:] == ['-de0']:
        return 0
    program, newline, modules = _options(argv[1:])
    if program is None:
        io.stderr.write('perl: error: only programs given with -e are simulated here\n')
        return 2
    for statement in filter(None, map(str.strip, END.split(program))):
        code = await _run(statement, '\n' if newline else '', 'bpi' in modules, io, ctx)
        if code is not None:
            return code
    return 0


def _options(words: list[str]) -> tuple[str | None, bool, str]:
    """The program, whether print ends lines (-l), and the modules' names."""
    program, newline, modules = None, False, ''
    pending = list(words)
    while pending:
        word = pending.pop(0)
        if word.startswith('-M'):
            modules += f' {word[2:]}'
        elif word.startswith('-') and len(word) > 1:
            newline = newline or 'l' in word
            if word[-1] in 'eE' and pending:
                program = pending.pop(0)
    return program, newline, modules


async def _run(statement: str, end: str, has_pi: bool, io: IO, ctx: Context) -> int | None:
    pi, words, number = PI.fullmatch(statement), WORDS.fullmatch(statement), NUMBER.fullmatch(statement)
    if pi and not has_pi:
        io.stderr.write('Undefined subroutine &main::bpi called at -e line 1.\n')
        return 255
    if pi and int(pi[1]) <= MAX_DIGITS:
        digits = max(int(pi[1]), 1)
        await ctx.simulation.sleep(0.15 + (digits / 2000) ** 2 * 4)
        io.stdout.write(pi_digits(digits) + end)
        return None
    if words:
        text = words[3] if words[2] is None else re.sub(
            r'\\(.)', lambda found: ESCAPES.get(found[1], found[1]), words[2])
        if words[1] == 'die':
            io.stderr.write(text if text.endswith('\n') else f'{text} at -e line 1.\n')
            return 255
        io.stdout.write(text + end)
        return None
    if number and number[1] == 'exit':
        return int(number[2] or 0) & 255
    if number:
        await ctx.simulation.sleep(float(number[2] or 1e9))
        return None
    io.stderr.write(f'perl: error: this Perl is not simulated here, only print, sleep, exit, die and bpi are: '
                    f'{statement}\n')
    return 2


def pi_digits(count: int) -> str:
    """So many digits of pi, the last one rounded (Machin's formula with integers)."""
    if count == 1:
        return '3'
    one = 10 ** (count + 10)
    pi = 4 * (4 * _arctan_inverse(5, one) - _arctan_inverse(239, one))
    digits = _text((pi + 10**11 // 2) // 10**11, count)
    return f'{digits[0]}.{digits[1:]}'


def _text(number: int, count: int) -> str:
    """str of a large number, in pieces: Python limits the length of one conversion."""
    pieces = []
    while number:
        number, piece = divmod(number, 10**1000)
        pieces.append(f'{piece:01000d}' if number else str(piece))
    return ''.join(reversed(pieces))[:count]


def _arctan_inverse(x: int, one: int) -> int:
    term = total = one // x
    square, divisor, sign = x * x, 1, 1
    while term:
        term //= square
        divisor += 2
        sign = -sign
        total += sign * (term // divisor)
    return total
