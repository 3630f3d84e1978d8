"""How the word at the cursor may go on: commands, files, variables, and what a program's own completer knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tutor.shell.vfs import Directory, File, normalize

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

LIMIT = 500
BREAKS = {'|', '||', '&&', ';', '&', '|&', '(', '{', ';;', '!', '$(', '`', 'do', 'then', 'else', 'elif', 'if', 'while',
          'until',
          'time'}
SPECIAL = re.compile(r'''[\s'"\\$`|&;<>()*?\[\]!#~{}]''')
FOLDERS_ONLY = {'cd', 'mkdir', 'rmdir', 'pushd'}
COMMANDS = {'man', 'which', 'type', 'command', 'exec', 'time', 'watch', 'nohup', 'xargs', 'env', 'sudo', 'timeout',
            'help'}
VARIABLES = {'export', 'unset', 'readonly', 'local', 'declare', 'printenv'}


@dataclass(frozen=True, slots=True)
class Words:
    """A description in both languages."""

    zh: str
    en: str


class Completion(NamedTuple):
    """`text` replaces what stands between `start` and the cursor. One that ends with '/' or '=' goes on."""

    text: str
    start: int = 0
    description: Words | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What a program's completer is asked: the words before, the word at the cursor (without its quotes), the shell."""

    words: list[str]
    current: str
    shell: Shell


Completer = Callable[[Request], Iterable[Completion]]
"""Gives completions whose `text` begins with `request.current`; `start` does not matter. None: complete files."""


@dataclass(slots=True)
class _Line:
    """The simple command at the cursor."""

    words: list[str] = field(default_factory=list)
    current: str = ''
    start: int = 0
    quote: str = ''
    redirects: bool = False


def complete(text: str, cursor: int, shell: Shell, completers: Mapping[str, Completer]
             | None = None) -> list[Completion]:
    """All ways to go on at the cursor, sorted; each text is written so that the shell reads it as one word."""
    line = _scan(text[:cursor])
    words = _aliased(line.words, shell)
    match = re.search(r'\$\{?(\w*)$', line.current)
    if match is not None and line.quote != "'":
        return _variables(match, line, cursor, shell)
    if line.redirects:
        found = _paths(line.current, shell, False)
    elif not words:
        found = _commands(line.current, shell)
    else:
        found = _arguments(words, line.current, shell, completers or {})
    return [_written(each, line) for each in _unique(found)[:LIMIT]]


def _unique(found: Iterable[Completion]) -> list[Completion]:
    by_text: dict[str, Completion] = {}
    for each in found:
        by_text.setdefault(each.text, each)
    return [by_text[text] for text in sorted(by_text)]


# -- reading the line ---------------------------------------------------------------------------------------------


def _scan(text: str) -> _Line:
    """Read up to the cursor: where the command begins, its words, and the word that is being typed."""
    line = _Line()
    place = 0
    word: list[str] | None = None
    while place < len(text):
        char = text[place]
        if line.quote:
            place, word = _quoted(text, place, line, word or [])
            continue
        if char in ' \t':
            if word is not None:
                _end_word(line, ''.join(word))
            word, line.start = None, place + 1
            place += 1
        elif char in '|&;(`\n' or text.startswith('$(', place):
            line.words, line.redirects, word = [], False, None
            place += 2 if text.startswith('$(', place) else 1
            line.start = place
        elif char in '<>':
            if word is not None and not ''.join(word).isdigit():
                _end_word(line, ''.join(word))
            word, line.redirects = None, True
            place += 1
            line.start = place
        elif char in '\'"':
            line.quote = char
            if word is None:
                word, line.start = [], place
            place += 1
        else:
            if word is None:
                word, line.start = [], place
            if char == '\\' and place + 1 < len(text):
                place += 1
                char = text[place]
            word.append(char)
            place += 1
    line.current = ''.join(word or [])
    if word is None:
        line.start = len(text)
    return line


def _quoted(text: str, place: int, line: _Line, word: list[str]) -> tuple[int, list[str]]:
    """One step inside quotes."""
    char = text[place]
    if char == line.quote:
        line.quote = ''
        return place + 1, word
    if line.quote == '"' and text.startswith('$(', place):
        line.quote, line.words, line.redirects = '', [], False
        line.start = place + 2
        return place + 2, []
    if char == '\\' and line.quote == '"' and place + 1 < len(text):
        place += 1
        char = text[place]
    word.append(char)
    return place + 1, word


def _end_word(line: _Line, word: str) -> None:
    if line.redirects:
        line.redirects = False
    elif word in BREAKS or (not line.words and re.fullmatch(r'\w+\+?=.*', word, re.DOTALL)):
        line.words = []
    else:
        line.words.append(word)


def _aliased(words: list[str], shell: Shell) -> list[str]:
    """The words with an alias in place of its name."""
    seen: set[str] = set()
    while words and words[0] in shell.aliases and words[0] not in seen:
        seen.add(words[0])
        words = [*shell.aliases[words[0]].split(), *words[1:]]
    return words


# -- what there is ------------------------------------------------------------------------------------------------


def _commands(current: str, shell: Shell) -> list[Completion]:
    if '/' in current or current.startswith('~'):
        return _paths(current, shell, False)
    from tutor.shell.builtins.catalog import BUILTINS
    from tutor.shell.parser import KEYWORDS
    names = {*shell.functions, *shell.aliases, *BUILTINS, *KEYWORDS, *_programs(shell)}
    if not current:
        names = {name for name in names if name[:1].isalpha()}
    return [Completion(name, description=_about(name, shell)) for name in names if name.startswith(current)]


def _programs(shell: Shell) -> Iterable[str]:
    for folder in (shell.variables.get('PATH') or '').split(':'):
        try:
            node = shell.ctx.files.node(folder or '.')
        except OSError:
            continue
        if isinstance(node, Directory):
            yield from (name for name, entry in node.entries.items() if isinstance(entry, File) and entry.mode & 0o111)


def _about(name: str, shell: Shell) -> Words | None:
    from tutor.shell.programs.manual import PAGES
    if name in shell.aliases:
        return Words(f'别名：{shell.aliases[name]}', f'alias: {shell.aliases[name]}')
    if name in shell.functions:
        return Words('函数', 'function')
    page = PAGES.get(name)
    return Words(page.zh, page.en) if page is not None else None


def _variables(match: re.Match[str], line: _Line, cursor: int, shell: Shell) -> list[Completion]:
    brace = match[0].startswith('${')
    start = cursor - len(match[0])
    found = []
    for name in sorted(set(shell.variables.names())):
        if name.startswith(match[1]):
            value = shell.variables.get(name) or ''
            shown = value if len(value) <= 40 else value[:39] + '…'
            found.append(Completion(f'${{{name}}}' if brace else f'${name}', start, Words(shown, shown)))
    return found[:LIMIT]


def _arguments(words: list[str], current: str, shell: Shell, completers: Mapping[str, Completer]) -> list[Completion]:
    from tutor.shell.builtins.completing import completed_as, word_list
    name = completed_as(words[0].rpartition('/')[2], shell)
    if (given := word_list(name, shell)) is not None:
        return [Completion(word) for word in given if word.startswith(current)]
    if name in COMMANDS and len(words) > 1 and name not in ('man', 'which', 'type', 'help'):
        inner = [word for word in words[1:] if not word.startswith('-') and '=' not in word]
        if name == 'timeout' or (name == 'watch' and '-n' in words):
            inner = inner[1:]
        if inner:
            return _arguments(inner, current, shell, completers)
    completer = completers.get(name)
    if completer is not None:
        return list(completer(Request(words, current, shell)))
    if name in COMMANDS and not current.startswith('-') and '/' not in current:
        return _commands(current, shell)
    if name in VARIABLES and '=' not in current:
        return [Completion(found + ('=' if name == 'export' else ''), description=None)
                for found in sorted(set(shell.variables.names())) if found.startswith(current)]
    if name in ('alias', 'unalias'):
        return [Completion(found, description=_about(found, shell)) for found in shell.aliases
                if found.startswith(current)]
    if name in ('kill', 'fg', 'bg', 'wait', 'disown') and current[:1] in ('', '%'):
        return [Completion(f'%{number}', description=Words(job.source, job.source))
                for number, job in shell.jobs.items() if f'%{number}'.startswith(current)]
    if name in ('ssh', 'ping', 'scp') and not current.startswith('-'):
        return [Completion(host) for host in _hosts(shell) if host.startswith(current)]
    if name in ('shopt', 'set') and (name == 'shopt' or words[-1] in ('-o', '+o')):
        from tutor.shell.switches import NAMES, SHOPT
        return [Completion(each) for each in (SHOPT if name == 'shopt' else NAMES) if each.startswith(current)]
    prefix, equals, path = current.rpartition('=')
    if equals:
        return [Completion(f'{prefix}={each.text}', description=each.description)
                for each in _paths(path, shell, name in FOLDERS_ONLY)]
    return _paths(current, shell, name in FOLDERS_ONLY)


def _hosts(shell: Shell) -> list[str]:
    """The names in /etc/hosts."""
    try:
        lines = shell.ctx.files.read_text('/etc/hosts').splitlines()
    except OSError:
        return []
    return sorted({name for line in lines for name in line.partition('#')[0].split()[1:]})


def files(current: str, shell: Shell, folders_only: bool = False) -> list[Completion]:
    """Files and folders, for completers that want them (`kubectl apply -f`)."""
    return _paths(current, shell, folders_only)


def _paths(current: str, shell: Shell, folders_only: bool) -> list[Completion]:
    folder, slash, name = current.rpartition('/')
    place = folder + slash
    whole = place
    if place.startswith('~/'):
        whole = shell.home + place[1:]
    elif current == '~':
        return [Completion('~/')]
    fs = shell.ctx.files
    try:
        directory = fs.node(normalize(whole or '.', shell.ctx.cwd))
    except OSError:
        return []
    if not isinstance(directory, Directory):
        return []
    found = []
    for entry in sorted(directory.entries):
        if not entry.startswith(name) or (entry.startswith('.') and not name.startswith('.')):
            continue
        inside = fs.is_dir(normalize(f'{whole}{entry}', shell.ctx.cwd))
        if inside:
            found.append(Completion(f'{place}{entry}/'))
        elif not folders_only:
            found.append(Completion(f'{place}{entry}'))
    return found


def _written(found: Completion, line: _Line) -> Completion:
    """A completion as it has to be typed: quoted as the word was begun, or with backslashes."""
    text = found.text
    if line.quote == "'":
        text = "'" + text.replace("'", "'\\''") + ('' if text.endswith('/') else "'")
    elif line.quote == '"':
        text = '"' + re.sub(r'(["\\$`])', r'\\\1', text) + ('' if text.endswith('/') else '"')
    elif SPECIAL.search(text):
        keep = 2 if text.startswith('~/') else 0
        text = text[:keep] + re.sub(f'({SPECIAL.pattern})', r'\\\1', text[keep:])
    return Completion(text, line.start, found.description)
