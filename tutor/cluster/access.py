"""Whom an API server lets in, and by which modes it decides what they may do: its flags and the files that they name
(pkg/kubeapiserver/options, pkg/kubeapiserver/authorizer)."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from tutor.apimachinery import decode, names
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.field import FieldError, go_quote
from tutor.apimachinery.objects import Object
from tutor.client.transport import AUTHENTICATED, User
from tutor.cluster.apiserver.authentication import Anonymous, StaticTokens
from tutor.cluster.apiserver.authorization import abac
from tutor.cluster.apiserver.authorization.always import AlwaysAllow, AlwaysDeny
from tutor.cluster.apiserver.authorization.mode import Mode
from tutor.cluster.apiserver.server import ApiServer
from tutor.shell.klog import Klog
from tutor.shell.process import IO, Context

GROUP = 'apiserver.config.k8s.io'
VERSIONS = tuple(f'{GROUP}/{version}' for version in ('v1', 'v1beta1', 'v1alpha1'))
ALWAYS_ALLOW, WEBHOOK = 'AlwaysAllow', 'Webhook'
CHOICES = ('ABAC', ALWAYS_ALLOW, 'AlwaysDeny', 'Node', 'RBAC', WEBHOOK)
MODES, MODES_FILE, POLICIES = 'authorization-mode', 'authorization-config', 'authorization-policy-file'
ANONYMOUS, LOGINS_FILE, TOKENS = 'anonymous-auth', 'authentication-config', 'token-auth-file'
NO_ANONYMOUS = ('AnonymousAuth is not allowed with the AlwaysAllow authorizer. Resetting AnonymousAuth to false. '
                'You should use a different authorizer')


class BadAccess(Exception):
    """Why an API server does not start with its flags."""


def load(flags: Mapping[str, str], ctx: Context, io: IO, api: ApiServer) -> None:
    """Have an API server let in, and allow, as its flags say. Raises BadAccess."""
    chosen = _modes(flags, ctx)
    modes = [_mode(name, flags, ctx, api) for name in chosen]
    tokens, anonymous = _tokens(flags, ctx), _anonymous(flags, ctx)
    if anonymous.enabled and ALWAYS_ALLOW in chosen and MODES_FILE not in flags:
        Klog(ctx.simulation, io.stderr.write).warningf('authentication.go:520', NO_ANONYMOUS)
        anonymous = Anonymous(False)
    api.authorizer.modes = modes
    api.authenticator.static, api.authenticator.anonymous = tokens, anonymous


# -- authorization ----------------------------------------------------------------------------------------------------


def _modes(flags: Mapping[str, str], ctx: Context) -> Sequence[str]:
    if MODES_FILE in flags:
        if any(name == MODES or name.startswith('authorization-webhook-') for name in flags):
            raise BadAccess(f'--{MODES_FILE} can not be specified when --{MODES} or --authorization-webhook-* flags '
                            'are defined')
        return _configured_modes(_read(flags[MODES_FILE], 'AuthorizationConfiguration', ctx,
                                       'failed to load AuthorizationConfiguration from file: '))
    found = flags[MODES].split(',') if flags.get(MODES) else [ALWAYS_ALLOW]
    problems = [f'authorization-mode "{name}" is not a valid mode' for name in found if name not in CHOICES]
    if 'ABAC' in found and not flags.get(POLICIES):
        problems.append("authorization-mode ABAC's authorization policy file not passed")
    if WEBHOOK in found and not flags.get('authorization-webhook-config-file'):
        problems.append("authorization-mode Webhook's authorization config file not passed")
    if flags.get(POLICIES) and 'ABAC' not in found:
        problems.append(f'cannot specify --{POLICIES} without mode ABAC')
    if len(set(found)) < len(found):
        problems.append(f'authorization-mode [{" ".join(map(go_quote, found))}] has mode specified more than once')
    if problems:
        raise BadAccess(field_errors.aggregate(problems))
    return found


def _configured_modes(config: Object) -> Sequence[str]:
    """ValidateAuthorizationConfiguration."""
    entries: list[Object] = config.get('authorizers') or []
    problems: list[FieldError] = []
    if not entries:
        problems.append(field_errors.required('authorizers', 'at least one authorization mode must be defined'))
    types: list[str] = []
    called: list[str] = []
    for number, entry in enumerate(entries):
        place, kind, name = f'authorizers[{number}]', entry.get('type', ''), entry.get('name', '')
        problem = _wrong_type(f'{place}.type', kind, types)
        if problem is not None:
            problems.append(problem)
            continue
        types.append(kind)
        problems += _wrong_name(f'{place}.name', name, called)
        called.append(name)
        if kind == WEBHOOK and not entry.get('webhook'):
            problems.append(field_errors.required(f'{place}.webhook', 'required when type=Webhook'))
        elif kind != WEBHOOK and entry.get('webhook'):
            problems.append(field_errors.invalid(
                f'{place}.webhook', 'non-null', 'may only be specified when type=Webhook'))
    if problems:
        raise BadAccess(field_errors.aggregate(problems))
    for entry in entries:
        if entry['type'] != WEBHOOK and entry['name'] != entry['type'].lower():
            raise BadAccess(f'expected name {entry["type"].lower()} for authorizer {entry["type"]} instead of '
                            f'{entry["name"]}')
    return types


def _wrong_type(place: str, kind: str, known: Sequence[str]) -> FieldError | None:
    if not kind:
        return field_errors.required(place)
    if kind not in CHOICES:
        return field_errors.not_supported(place, kind, list(CHOICES))
    return field_errors.duplicate(place, kind) if kind in known and kind != WEBHOOK else None


def _wrong_name(place: str, name: str, known: Sequence[str]) -> list[FieldError]:
    if not name:
        return [field_errors.required(place)]
    if name in known:
        return [field_errors.duplicate(place, name)]
    wrong = names.is_dns1123_subdomain(name)
    return [field_errors.invalid(place, name, f'authorizer name is invalid: {", ".join(wrong)}')] if wrong else []


def _mode(name: str, flags: Mapping[str, str], ctx: Context, api: ApiServer) -> Mode:
    if name == WEBHOOK:
        raise BadAccess('error: authorization by a webhook is not simulated')
    if name == 'ABAC':
        path = flags.get(POLICIES, '')
        try:
            return abac.Abac(abac.read(path, ctx.files.read_text(path)))
        except abac.BadPolicies as problem:
            raise BadAccess(str(problem)) from None
    return {'Node': api.authorizer.node, 'RBAC': api.authorizer.rbac, ALWAYS_ALLOW: AlwaysAllow(),
            'AlwaysDeny': AlwaysDeny()}[name]


# -- authentication ---------------------------------------------------------------------------------------------------


def _tokens(flags: Mapping[str, str], ctx: Context) -> StaticTokens:
    """tokenfile.NewCSV: token, user name, user UID and, in one column, the groups."""
    path = flags.get(TOKENS)
    found: StaticTokens = {}
    for row in csv.reader(ctx.files.read_text(path).splitlines(), skipinitialspace=True) if path else ():
        if not row or row[0].startswith('#'):
            continue
        if len(row) < 3:
            raise BadAccess(f"token file '{path}' must have at least 3 columns (token, user name, user uid), found "
                            f'{len(row)}')
        token, name, uid, *groups = row
        named = tuple(group.strip() for group in groups[0].split(',')) if groups and groups[0] else ()
        if token:
            found[token] = User(name, (*named, AUTHENTICATED), uid)
    return found


def _anonymous(flags: Mapping[str, str], ctx: Context) -> Anonymous:
    given = flags.get(ANONYMOUS)
    if not flags.get(LOGINS_FILE):
        return Anonymous(given != 'false')
    if any(name.startswith('oidc-') for name in flags):
        raise BadAccess('authentication-config file and oidc-* flags are mutually exclusive')
    config = _read(flags[LOGINS_FILE], 'AuthenticationConfiguration', ctx, '')
    if config.get('jwt'):
        raise BadAccess('error: users of an OpenID Connect provider (jwt) are not simulated')
    own = config.get('anonymous')
    if own is None:
        return Anonymous(given != 'false')
    if given is not None:
        raise BadAccess(str(field_errors.forbidden('anonymous', f'--{ANONYMOUS} flag cannot be set when anonymous '
                                                   'field is configured in authentication configuration file')))
    conditions = own.get('conditions') or ()
    if conditions and not own.get('enabled'):
        problem = field_errors.invalid('anonymous.conditions', conditions, 'enabled should be set to true when '
                                       'conditions are defined')
        raise BadAccess(f'invalid authentication configuration: {problem}')
    return Anonymous(bool(own.get('enabled')), frozenset(each.get('path', '') for each in conditions) or None)


def _read(path: str, kind: str, ctx: Context, failing: str) -> Object:
    try:
        found: Any = decode.one(ctx.files.read_text(path)) or {}
    except (OSError, DecodeError) as error:
        raise BadAccess(f'{failing}{error}') from None
    config: Object = found if isinstance(found, dict) else {}
    if config.get('kind') != kind or config.get('apiVersion') not in VERSIONS:
        raise BadAccess(f'{failing}no kind "{config.get("kind", "")}" is registered for version '
                        f'"{config.get("apiVersion", "")}" in scheme "pkg/server/options/options.go"')
    return config
