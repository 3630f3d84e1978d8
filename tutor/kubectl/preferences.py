"""kuberc: a person's own aliases of commands and defaults of options (kubectl/pkg/kuberc)."""

from __future__ import annotations

import posixpath
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.kubectl.command import Found, first_argument
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import FlagError, FlagSet
from tutor.shell.process import Context

API_VERSIONS = ('kubectl.config.k8s.io/v1beta1', 'kubectl.config.k8s.io/v1alpha1')
_ITEMS = {'defaults': ('defaults', 'overrides'), 'options': ('options', 'flags')}


def path_of(ctx: Context, words: list[str]) -> tuple[str, bool]:
    """Where the preferences are, and whether the person named the file; '' when they are turned off."""
    if ctx.env.get('KUBECTL_KUBERC') == 'false' or ctx.env.get('KUBERC') == 'off':
        return '', False
    for index, word in enumerate(words):
        if word == '--':
            break
        if word.startswith('--kuberc='):
            return word.partition('=')[2], True
        if word == '--kuberc' and index + 1 < len(words):
            return words[index + 1], True
    if ctx.env.get('KUBERC'):
        return ctx.env['KUBERC'], True
    return posixpath.join(ctx.env.get('HOME', '/root'), '.kube/kuberc'), False


def load(ctx: Context, words: list[str]) -> Object | None:
    """The preferences, or None without any."""
    path, named = path_of(ctx, words)
    if not path or path == 'off':
        return None
    absolute = posixpath.join(ctx.cwd, path)
    if not ctx.files.exists(absolute):
        if named:
            raise KubectlError(f'kuberc file {path} does not exist')
        return None
    return read(ctx, absolute)


def read(ctx: Context, absolute: str) -> Object | None:
    from tutor.apimachinery.decode import DecodeError, documents
    try:
        for document in documents(ctx.files.read(absolute)):
            if isinstance(document, dict) and document.get('apiVersion') in API_VERSIONS:
                return document
    except (OSError, DecodeError) as error:
        raise KubectlError(f'kuberc: error reading {absolute}: {error}') from None
    return None


def _entries(where: Object, field: str) -> list[Any]:
    """A list under its name of today or of v1alpha1."""
    for name in _ITEMS.get(field, (field,)):
        if where.get(name):
            return where[name]
    return []


def expand_alias(preferences: Object, words: list[str], root: Found) -> tuple[list[str], list[Object]]:
    """The words with an alias replaced by what it stands for, and the options it sets. Built-in commands win."""
    at = first_argument(words, root.flag_set())
    if at < 0 or any(line.answers_to(words[at]) for line in root.command.lines):
        return words, []
    for alias in preferences.get('aliases') or []:
        if alias.get('name') == words[at]:
            command = alias.get('command', '').split()
            expanded = [*words[:at], *command, *(alias.get('prependArgs') or []), *words[at + 1:],
                        *(alias.get('appendArgs') or [])]
            return expanded, _entries(alias, 'options')
    return words, []


def set_defaults(preferences: Object, found: Found, flags: FlagSet, alias_options: list[Object]) -> None:
    """Give options that the command line left out the values that the preferences have for them."""
    options = alias_options
    if not options:
        name = found.path.partition(' ')[2]
        options = [option for entry in _entries(preferences, 'defaults') if entry.get('command') == name
                   for option in _entries(entry, 'options')]
    for option in options:
        flag = flags.find(option.get('name', ''))
        if flag is None:
            raise KubectlError(f'{option.get("name", "")} is not a valid option of command "{found.path}"')
        if not flags.changed(flag.name):
            try:
                flags[flag.name] = flag.parse(str(option.get('default', '')), None)
            except (ValueError, FlagError) as error:
                raise KubectlError(f'could not apply override value {option.get("default")} to flag {flag.name} in '
                                   f'command {found.path} err: {error}') from None
