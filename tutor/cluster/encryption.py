"""Encryption at rest: what an EncryptionConfiguration says of how the API server writes objects to etcd, and of what it
can read (apiserver/pkg/server/options/encryptionconfig)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tutor.apimachinery import decode
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.objects import Object
from tutor.shell.process import Context

API, KIND = 'apiserver.config.k8s.io/v1', 'EncryptionConfiguration'
FLAG, RELOAD = 'encryption-provider-config', 'encryption-provider-config-automatic-reload'
AES, BOX = (16, 24, 32), (32,)
SIZES = {'aescbc': AES, 'aesgcm': AES, 'secretbox': BOX}
IDENTITY, KMS = 'identity', 'kms'
PLAIN = ''
"""The seal of what is not encrypted."""


class BadConfiguration(Exception):
    """Why the API server does not start with a file."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of `resources`: what it is about, and its seals, the first of which is written with."""

    resources: tuple[str, ...]
    seals: tuple[str, ...]

    def covers(self, plural: str, group: str) -> bool:
        name = f'{plural}.{group}' if group else plural
        return any(word in (name, '*.*', f'*.{group}') for word in self.resources)


@dataclass(frozen=True, slots=True)
class Encryption:
    """A whole configuration; `resource_of` gives the resource and group of a key."""

    rules: tuple[Rule, ...]
    resource_of: Callable[[str], tuple[str, str]]

    def _seals(self, key: str) -> tuple[str, ...]:
        plural, group = self.resource_of(key)
        return next((rule.seals for rule in self.rules if rule.covers(plural, group)), (PLAIN,))

    def seal(self, key: str) -> str:
        """What the value of a key begins with when it is written."""
        return self._seals(key)[0]

    def opens(self, key: str, seal: str) -> bool:
        """Whether a value that begins so can be read."""
        return seal in self._seals(key)


def load(flags: dict[str, str], ctx: Context,
         resource_of: Callable[[str], tuple[str, str]]) -> Callable[[], Encryption]:
    """Gives the configuration that is in force, which follows the file if the flags say so. Raises BadConfiguration."""
    path = flags.get(FLAG)
    if not path:
        nothing = Encryption((), resource_of)
        return lambda: nothing
    text = ctx.files.read_text(path)
    known = {text: Encryption(_rules(text, path), resource_of)}
    if flags.get(RELOAD) != 'true':
        return lambda: known[text]

    def current() -> Encryption:
        nonlocal text
        fresh = ctx.files.read_text(path) if ctx.files.is_file(path) else text
        if fresh != text:
            try:
                known[fresh] = Encryption(_rules(fresh, path), resource_of)
                text = fresh
            except BadConfiguration:
                pass  # It goes on with the last good one.
        return known[text]
    return current


def _rules(text: str, path: str) -> tuple[Rule, ...]:
    try:
        found: Any = decode.one(text) or {}
    except DecodeError as error:
        raise BadConfiguration(f'error decoding encryption provider configuration file "{path}": {error}') from None
    if not isinstance(found, dict) or (found.get('apiVersion'), found.get('kind')) != (API, KIND):
        raise BadConfiguration(f'error decoding encryption provider configuration file "{path}": no kind '
                               f'"{found.get("kind", "")}" is registered for version "{found.get("apiVersion", "")}"')
    entries = found.get('resources') or []
    problems = [] if entries else ['resources: Required value: there must be at least one resource configured']
    rules = [_rule(entry, f'resources[{place}]', problems) for place, entry in enumerate(entries)]
    if problems:
        joined = problems[0] if len(problems) == 1 else f'[{", ".join(problems)}]'
        raise BadConfiguration(f'error while parsing file: {joined}')
    return tuple(rules)


def _rule(entry: Object, path: str, problems: list[str]) -> Rule:
    """ValidateEncryptionConfiguration, of one entry."""
    resources, providers = entry.get('resources') or [], entry.get('providers') or []
    if not resources:
        problems.append(f'{path}.resources: Required value: there must be at least one resource')
    if not providers:
        problems.append(f'{path}.providers: Required value: there must be at least one provider')
    seals: list[str] = []
    for place, provider in enumerate(providers):
        seals += _provider(provider, f'{path}.providers[{place}]', problems)
    return Rule(tuple(resources), tuple(seals) or (PLAIN,))


def _provider(provider: Object, path: str, problems: list[str]) -> list[str]:
    """The seals of one provider: each of its keys has its own."""
    if IDENTITY in provider:
        return [PLAIN]
    if KMS in provider:
        raise BadConfiguration('error: KMS plugins are not simulated here')
    [kind] = [name for name in provider if name in SIZES] or ['']
    if not kind:
        problems.append(f'{path}: Required value: provider does not contain any of the expected providers: KMS, '
                        'AESGCM, AESCBC, Secretbox, Identity')
        return []
    keys = (provider[kind] or {}).get('keys') or []
    if not keys:
        problems.append(f'{path}.{kind}.keys: Required value: at least one key is required')
    for place, key in enumerate(keys):
        _key(key, f'{path}.{kind}.keys[{place}]', SIZES[kind], problems)
    return [f'k8s:enc:{kind}:v1:{key.get("name", "")}:' for key in keys]


def _key(key: Object, path: str, sizes: tuple[int, ...], problems: list[str]) -> None:
    """validateKey."""
    if not key.get('name'):
        problems.append(f'{path}.name: Required value: key must have a name')
    if not key.get('secret'):
        problems.append(f'{path}.secret: Required value: key must have a secret')
        return
    try:
        size = len(base64.b64decode(str(key['secret']), validate=True))
    except (binascii.Error, ValueError):
        problems.append(f'{path}.secret: Invalid value: "REDACTED": secrets must be base64 encoded')
        return
    if size not in sizes:
        problems.append(f'{path}.secret: Invalid value: "REDACTED": secret is not of the expected length, got {size}, '
                        f'expected one of {"[" + " ".join(map(str, sizes)) + "]"}')
