"""AppArmor: profiles, which of a machine's are loaded, and what their rules about files allow (apparmor.d(5)).

What is loaded stands in the files that the kernel shows: its list, and the text of each profile. Only rules about files
count; those about capabilities, the network, mounts and signals are read over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tutor.shell.vfs import FileSystem

FOLDER = '/sys/kernel/security/apparmor'
LIST = f'{FOLDER}/profiles'
ENABLED = '/sys/module/apparmor/parameters/enabled'
ENFORCE, COMPLAIN = 'enforce', 'complain'
RUNTIME_DEFAULT = 'cri-containerd.apparmor.d'
UNCONFINED = 'unconfined'
LOADED = (RUNTIME_DEFAULT, 'docker-default', '/usr/bin/man', 'lsb_release', 'man_filter', 'man_groff',
          'nvidia_modprobe', 'nvidia_modprobe//kmod', 'rsyslogd', 'ubuntu_pro_apt_news', 'unix-chkpwd')
"""What a machine has loaded when it has been switched on."""
PROFILES = '/etc/apparmor.d'
FOLDERS = ('abi', 'abstractions', 'disable', 'force-complain', 'local', 'tunables')
TUNABLES = """\
# All the tunables definitions that should be available to every profile
# should be included here

include <tunables/home>
include <tunables/multiarch>
include <tunables/proc>
include <tunables/alias>
include <tunables/kernelvars>
include <tunables/system>
include <tunables/xdg-user-dirs>
include <tunables/share>
"""
VARIABLES = {'@{PROC}': '/proc', '@{HOME}': '/root', '@{pid}': '[0-9]*', '@{sys}': '/sys', '@{run}': '/run'}
_PROFILE = re.compile(r'^\s*(?:profile\s+)?("[^"]+"|[^\s{}#"]+)(?:\s+(?!flags)[^\s{}]+)?'
                      r'(?:\s+flags\s*=\s*\(([^)]*)\))?\s*\{', re.MULTILINE)
_RULE = re.compile(r'^((?:audit\s+|allow\s+|owner\s+)*)(deny\s+)?((?:owner\s+|audit\s+)*)(?:file\s+)?'
                   r'("[^"]+"|[/@]\S*)\s+([a-zA-Z]+)(?:\s*->\s*\S+)?$')


class BadProfile(Exception):
    """A text that holds no profile; the text is the parser's."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Permissions ('r', 'w' …) for the paths of a pattern."""

    pattern: str
    permissions: str
    denies: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile with its rules about files."""

    name: str
    mode: str
    rules: tuple[Rule, ...]
    text: str = ''

    def allows(self, path: str, permission: str) -> bool:
        """Whether a process under this profile may do something with a file."""
        if self.mode != ENFORCE:
            return True
        about = [rule for rule in self.rules
                 if permission in rule.permissions and _matcher(rule.pattern)(path) is not None]
        return any(not rule.denies for rule in about) and not any(rule.denies for rule in about)


def parse(text: str, name: str) -> list[Profile]:
    """All profiles of a text. Raises BadProfile."""
    found: list[Profile] = []
    bare = re.sub(r'(?m)(^|\s)#.*$', r'\1', text)
    place = 0
    while match := _PROFILE.search(bare, place):
        end = _closing(bare, match.end())
        if end < 0:
            line = bare.count('\n') + 1
            raise BadProfile(f'AppArmor parser error for {name} in profile {name} at line {line}: syntax error, '
                             'unexpected $end')
        mode = COMPLAIN if COMPLAIN in (match[2] or '') else ENFORCE
        rules = tuple(_rules(bare[match.end():end], name, bare.count('\n', 0, match.end()) + 1))
        found.append(Profile(match[1].strip('"'), mode, rules, text[:0] + bare[match.start():end + 1].strip()))
        place = end + 1
    if not found and bare.strip():
        raise BadProfile(f'AppArmor parser error for {name} in {name} at line 1: syntax error, unexpected TOK_ID, '
                         'expecting TOK_OPEN')
    return found


def _closing(text: str, place: int) -> int:
    """Where the block that has begun ends; braces of patterns come in pairs too."""
    depth = 1
    while place < len(text):
        depth += {'{': 1, '}': -1}.get(text[place], 0)
        if not depth:
            return place
        place += 1
    return -1


def _rules(body: str, name: str, line: int):
    for number, words in enumerate(body.split('\n'), line):
        for statement in words.split(',') if words.count('{') != 1 else [words.strip().rstrip(',')]:
            rule = ' '.join(statement.split())
            if rule in ('file', 'allow file', 'deny file', 'audit file'):
                yield Rule('/**', 'rwxmlka', rule.startswith('deny'))
                continue
            match = _RULE.match(rule)
            if match is not None:
                yield Rule(match[4].strip('"'), match[5].lower(), bool(match[2]))
            elif rule.startswith('/'):
                raise BadProfile(f'AppArmor parser error for {name} in profile {name} at line {number}: syntax error, '
                                 'unexpected TOK_END_OF_RULE, expecting TOK_MODE')


@lru_cache(maxsize=256)
def _matcher(pattern: str):
    for variable, value in VARIABLES.items():
        pattern = pattern.replace(variable, value)
    found, place, depth = '', 0, 0
    while place < len(pattern):
        char = pattern[place]
        if pattern.startswith('**', place):
            found, place = f'{found}.*', place + 2
            continue
        if char in '{}':
            depth += 1 if char == '{' else -1
        found += {'*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')', '[': '[', ']': ']'}.get(
            char, '|' if char == ',' and depth else re.escape(char))
        place += 1
    return re.compile(found).fullmatch


# -- what is loaded -------------------------------------------------------------------------------------------------


def furnish(files: FileSystem) -> None:
    """A machine whose kernel has AppArmor, and the folders of its profiles."""
    for folder in FOLDERS:
        files.make_dirs(f'{PROFILES}/{folder}')
    files.put(f'{PROFILES}/tunables/global', TUNABLES)
    files.put(ENABLED, 'Y\n', 0o444)
    files.put(LIST, ''.join(f'{name} ({ENFORCE})\n' for name in LOADED), 0o444)


def loaded(files: FileSystem) -> Mapping[str, str]:
    """The names and modes of the profiles that a machine has loaded."""
    return _listed(files.read_text(LIST) if files.is_file(LIST) else '')


@lru_cache(maxsize=64)
def _listed(text: str) -> Mapping[str, str]:
    pairs = (line.rpartition(' ') for line in text.splitlines())
    return {name: mode.strip('()') for name, _, mode in pairs}


def find(files: FileSystem, name: str) -> Profile | None:
    """A loaded profile."""
    if name not in loaded(files):
        return None
    path = _place(name)
    return _profile(name, files.read_text(path) if files.is_file(path) else None)


@lru_cache(maxsize=64)
def _profile(name: str, text: str | None) -> Profile:
    """A profile of the machine's own has no text here: it allows all files."""
    return parse(text, name)[0] if text is not None else Profile(name, ENFORCE, (Rule('/**', 'rwxmlka', False),))


def load(files: FileSystem, profile: Profile) -> None:
    names = {**loaded(files), profile.name: profile.mode}
    files.put(_place(profile.name), profile.text)
    _list(files, names)


def unload(files: FileSystem, name: str) -> None:
    _list(files, {other: mode for other, mode in loaded(files).items() if other != name})


def _list(files: FileSystem, names: dict[str, str]) -> None:
    files.put(LIST, ''.join(f'{name} ({mode})\n' for name, mode in names.items()), 0o444)


def _place(name: str) -> str:
    return f'{FOLDER}/policy/profiles/{name.replace("/", ".")}/raw_data'
