"""kuberc: a person's own aliases of commands and defaults of options (kubectl/pkg/kuberc)."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.cluster.simulation import Writer
from tutor.kubectl.command import Found, find, first_argument
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import FlagError, FlagSet
from tutor.shell.process import Context

GROUP, KIND = 'kubectl.config.k8s.io', 'Preference'
API_VERSIONS = (f'{GROUP}/v1beta1', f'{GROUP}/v1alpha1')
POLICIES = ('AllowAll', 'DenyAll', 'Allowlist')
_ALIAS = re.compile('[a-zA-Z]+').fullmatch
_SHORT = re.compile('-[a-zA-Z]+').fullmatch
_OLD_NAMES = {'overrides': 'defaults', 'flags': 'options'}
"""What v1alpha1 called them."""
_OPTION = {'name': str, 'default': str}
_FIELDS: dict[str, Any] = {
    'apiVersion': str, 'kind': str, 'credentialPluginPolicy': str, 'credentialPluginAllowlist': [{'command': str}],
    'aliases': [{'name': str, 'command': str, 'prependArgs': [str], 'appendArgs': [str], 'options': [_OPTION]}],
    'defaults': [{'command': str, 'options': [_OPTION]}],
}


class PreferencesError(Exception):
    """What is wrong with the preferences; no command runs."""


@dataclass
class Applied:
    """What the preferences make of a command line: its words, the alias that was used, and options by name."""

    words: list[str]
    alias: str = ''
    options: list[Object] = field(default_factory=list)


# -- the file -----------------------------------------------------------------------------------------------------


def path_of(ctx: Context, given: str) -> tuple[str, bool]:
    """LoadKuberc: where the preferences are, and whether the person named the file; '' when they are turned off."""
    if ctx.env.get('KUBERC') == 'off':
        if given:
            raise PreferencesError('kuberc error disabling kuberc via KUBERC=off and passing kuberc flag are mutually '
                                   'exclusive')
        return '', False
    if given or ctx.env.get('KUBERC'):
        return given or ctx.env.get('KUBERC', ''), True
    return posixpath.join(ctx.env.get('HOME', '/root'), '.kube/kuberc'), False


def _given(words: list[str]) -> str:
    """getExplicitKuberc."""
    for index, word in enumerate(words):
        if word == '--':
            break
        if word == '--kuberc' or '--kuberc=' in word:
            path = words[index + 1] if word == '--kuberc' and index + 1 < len(words) else word.partition('=')[2]
            if not path:
                raise PreferencesError('kuberc file is not found')
            return path
    return ''


def load(ctx: Context, words: list[str], stderr: Writer) -> Object | None:
    """The preferences for a command line, or None without any. Raises PreferencesError."""
    if not words or ctx.env.get('KUBECTL_KUBERC') == 'false':
        return None
    path, named = path_of(ctx, _given(words))
    if not path:
        return None
    try:
        found, problem = decode(ctx, path)
    except FileNotFoundError:
        if named:
            raise PreferencesError(f'kuberc error kuberc: open {path}: no such file or directory') from None
        return None
    except KubectlError as error:
        if named:
            raise PreferencesError(f'kuberc error kuberc: {error}') from None
        stderr.write(f'kuberc: no preferences loaded from {path}: {error}')
        return None
    if problem:
        stderr.write(f'kuberc: ignoring strict decoding error in {path}: {problem}')
    if found is not None:
        _validate(found)
    return found


def decode(ctx: Context, path: str) -> tuple[Object | None, str]:
    """decodePreference: the first preferences of a file in today's words, and what strict decoding says of them. Raises
    FileNotFoundError and KubectlError."""
    from tutor.apimachinery.decode import DecodeError, parse_yaml, split_yaml
    absolute, tried = posixpath.join(ctx.cwd, path), 0
    if not ctx.files.exists(absolute):
        raise FileNotFoundError(path)
    try:
        text = ctx.files.read(absolute).decode('utf-8', 'replace')
    except OSError as error:
        raise KubectlError(f'read {path}: {(error.strerror or "").lower()}') from None
    for document in filter(str.strip, split_yaml(text)):
        tried += 1
        try:
            content = parse_yaml(document)
        except DecodeError:
            continue
        if not isinstance(content, dict) or content.get('apiVersion') not in API_VERSIONS or content.get(
                'kind') != KIND:
            continue
        unknown: list[str] = []
        try:
            found = _known(content, _FIELDS, '', unknown)
            return found, f'strict decoding error: {", ".join(sorted(unknown))}' if unknown else ''
        except TypeError:
            continue
    if tried:
        raise KubectlError(f'no valid preferences found in {path}, use --v=5 to see details')
    return None, ''


def parse(text: str) -> Object:
    """The preferences as they stand in a file, whatever it says that they are. Raises KubectlError."""
    from tutor.apimachinery.decode import DecodeError, parse_yaml
    try:
        content = parse_yaml(text)
        return _known(content or {}, _FIELDS, '', [])
    except (DecodeError, TypeError) as error:
        raise KubectlError(f'error parsing kuberc file: {error}') from None


def _known(value: Any, fields: Any, path: str, unknown: list[str]) -> Any:
    """The fields that there are, under their names of today. Raises TypeError for a value of another type."""
    if value is None:
        return value
    if isinstance(fields, list):
        if not isinstance(value, list):
            raise TypeError(path)
        return [_known(each, fields[0], f'{path}[{index}]', unknown) for index, each in enumerate(value)]
    if isinstance(fields, dict):
        if not isinstance(value, dict):
            raise TypeError(path)
        found: Object = {}
        for name, each in value.items():
            now: str = _OLD_NAMES.get(name) or name
            where = f'{path}.{name}'.lstrip('.')
            if now in fields:
                found[now] = _known(each, fields[now], where, unknown)
            else:
                unknown.append(f'unknown field "{where}"')
        return found
    if not isinstance(value, fields):
        raise TypeError(path)
    return value


def _validate(preferences: Object) -> None:
    """Preferences.validate. Raises PreferencesError."""
    names: set[str] = set()
    for alias in preferences.get('aliases') or []:
        name = alias.get('name') or ''
        if not _ALIAS(name):
            raise PreferencesError('invalid alias name, can only include alphabetical characters')
        _validate_options(alias)
        if name in names:
            raise PreferencesError(f'duplicate alias name {name}')
        names.add(name)
    for entry in preferences.get('defaults') or []:
        _validate_options(entry)


def _validate_options(entry: Object) -> None:
    for option in entry.get('options') or []:
        if (option.get('name') or '').startswith('-'):
            raise PreferencesError(f'flag name {option["name"]} should be in long form without dashes')


# -- applied to a command line ------------------------------------------------------------------------------------


def expand_alias(preferences: Object, words: list[str], root: Found, stderr: Writer) -> Applied:
    """applyAliases: the words with an alias replaced by what it stands for. Built-in commands win. Raises
    PreferencesError."""
    found, rest = find(root, words)
    if found is not root or first_argument(rest, root.flag_set()) < 0:
        return Applied(words)
    at = next((index for index, word in enumerate(words) if not word.startswith('-')), len(words))
    for alias in preferences.get('aliases') or []:
        if at == len(words) or alias['name'] != words[at]:
            continue
        if root.child(alias['name']) is not None:
            stderr.write(f'Warning: Setting alias "{alias["name"]}" to a built-in command is not supported\n')
            break
        command: str = alias.get('command') or ''
        target, rest = find(root, command.split())
        if target is root:
            raise PreferencesError(f'command "{command}" not found to set alias "{alias["name"]}": '
                                   f'[{" ".join(rest)}]')
        path = target.path.split()[1:]
        expanded = [*words[:at], *path, *(alias.get('prependArgs') or []), *words[at + 1:],
                    *(alias.get('appendArgs') or [])]
        return Applied(expanded, alias['name'], alias.get('options') or [])
    return Applied(words)


def set_defaults(preferences: Object, applied: Applied, given: list[str], found: Found, root: Found, flags: FlagSet,
                 stderr: Writer) -> None:
    """Give options that the command line, `given`, leaves out the values that the preferences have for them
    (applyOverrides). Raises PreferencesError."""
    for option in applied.options:
        _set(option, given, flags, f'invalid alias flag {option.get("name", "")} in alias kubectl', (
            f'could not apply value {option.get("default", "")} to flag {option.get("name", "")} in alias kubectl'))
    name = applied.alias or found.path.rpartition(' ')[2]
    for entry in preferences.get('defaults') or []:
        command: str = entry.get('command') or ''
        if command == applied.alias != '':
            raise PreferencesError(f'alias {applied.alias} can not be overridden')
        target = find(root, command.split())[0]
        if target is root:
            stderr.write(f'Warning: command "{command}" not found to set kuberc override\n')
            continue
        if target.path.rpartition(' ')[2] == name:
            for option in entry.get('options') or []:
                _set(option, given, flags, f'invalid flag {option.get("name", "")} for command {command}', (
                    f'could not apply override value {option.get("default", "")} to flag {option.get("name", "")} in '
                    f'command {command}'))


def _set(option: Object, given: list[str], flags: FlagSet, unknown: str, refused: str) -> None:
    flag = flags.find(option.get('name') or '')
    if flag is None:
        raise PreferencesError(unknown)
    if not any(_names(word, flag.name, flag.short, flags) for word in given):
        try:
            flags.set(flag, option.get('default') or '')
        except FlagError as error:
            raise PreferencesError(f'{refused} err: {error}') from None


def _names(word: str, name: str, short: str, flags: FlagSet) -> bool:
    """searchInArgs: whether a word gives an option, in whatever form."""
    if word == f'--{name}' or word.startswith(f'--{name}='):
        return True
    if not short:
        return False
    return word.startswith(f'-{short}') or (_SHORT(word) is not None and flags.short(short) is not None
                                            and short in word[1:])
