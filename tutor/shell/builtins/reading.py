"""read, mapfile, getopts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.process import IO

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

WITH_VALUE = 'adnpt'


async def read(argv: list[str], io: IO, shell: Shell) -> int:
    options, names = _options(argv[1:])
    if 'p' in options and io.stdin.isatty:
        io.stderr.write(options['p'])
    text, complete = await _line(io, options, shell)
    separators = shell.variables.get('IFS')
    separators = ' \t\n' if separators is None else separators
    if 'a' in options:
        shell.variables.set(options['a'], dict(enumerate(text.split(None if separators == ' \t\n' else separators))))
    elif not names:
        shell.variables.set('REPLY', text)
    else:
        for name, value in zip(names, _fields(text, len(names), separators), strict=False):
            shell.variables.set(name, value)
    return 0 if complete else 1


def _options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    while words and words[0].startswith('-') and len(words[0]) > 1:
        letters, words = words[0][1:], words[1:]
        for place, letter in enumerate(letters):
            if letter in WITH_VALUE:
                options[letter] = letters[place + 1:] or (words.pop(0) if words else '')
                break
            options[letter] = ''
    return options, words


async def _line(io: IO, options: dict[str, str], shell: Shell) -> tuple[str, bool]:
    """A line (or what -n and -d say) without its end, and whether the end was there."""
    delimiter = (options['d'] or '\0').encode() if 'd' in options else b'\n'
    limit = int(options['n']) if options.get('n', '').isdigit() else 0
    found = bytearray()
    while True:
        if limit or delimiter != b'\n':
            chunk = await io.stdin.read(1)
        else:
            chunk = await io.stdin.readline()
        ended = chunk.endswith(delimiter)
        found += chunk[:-1] if ended else chunk
        if ended and 'r' not in options and delimiter == b'\n' and found.endswith(b'\\'):
            found = found[:-1]
            continue
        if ended or not chunk or (limit and len(found) >= limit):
            text = found.decode('utf-8', 'surrogateescape')
            if 'r' not in options:
                text = _unescaped(text)
            return text, bool(ended or (limit and len(found) >= limit))


def _unescaped(text: str) -> str:
    found, place = [], 0
    while place < len(text):
        if text[place] == '\\' and place + 1 < len(text):
            place += 1
        found.append(text[place])
        place += 1
    return ''.join(found)


def _fields(text: str, count: int, separators: str) -> list[str]:
    """The first fields, and all the rest in the last."""
    if not separators:
        return [text] + [''] * (count - 1)
    blanks = ''.join(char for char in separators if char in ' \t\n')
    found: list[str] = []
    text = text.lstrip(blanks)
    while len(found) < count - 1 and text:
        place = next((i for i, char in enumerate(text) if char in separators), len(text))
        found.append(text[:place])
        rest = text[place:].lstrip(blanks)
        if (rest and rest[0] in separators and text[place:place + 1] in blanks) or \
                (text[place:place + 1] and text[place] not in blanks):
            rest = rest[1:].lstrip(blanks) if rest and rest[0] in separators else rest
        text = rest
    found.append(text.rstrip(blanks))
    return found + [''] * (count - len(found))


async def mapfile(argv: list[str], io: IO, shell: Shell) -> int:
    options, names = _options(argv[1:])
    data = (await io.stdin.read()).decode('utf-8', 'surrogateescape')
    lines = data.splitlines(keepends='t' not in options)
    if argv[1:2] == ['-t']:
        names, lines = argv[2:], data.splitlines()
    shell.variables.set(names[0] if names else 'MAPFILE', dict(enumerate(lines)))
    return 0


async def getopts(argv: list[str], io: IO, shell: Shell) -> int:
    letters, name = argv[1], argv[2]
    words = argv[3:] or shell.positional
    index = int(shell.variables.get('OPTIND') or 1)
    place = int(shell.variables.get('_OPTPLACE') or 1)
    word = words[index - 1] if index <= len(words) else ''
    if not word.startswith('-') or word in ('-', '--'):
        shell.variables.set(name, '?')
        return 1
    letter = word[place]
    place += 1
    value = None
    if letter in letters and letters[letters.index(letter) + 1:][:1] == ':':
        value = word[place:] or (words[index] if index < len(words) else None)
        index += 1 if word[place:] else 2
        place = 1
    elif place >= len(word):
        index, place = index + 1, 1
    known = letter in letters and letter != ':'
    if not known:
        shell.complain(io, f'illegal option -- {letter}')
    shell.variables.set(name, letter if known else '?')
    if value is not None:
        shell.variables.set('OPTARG', value)
    shell.variables.set('OPTIND', str(index))
    shell.variables.set('_OPTPLACE', str(place))
    return 0
