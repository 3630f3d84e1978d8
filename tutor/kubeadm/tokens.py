"""kubeadm token: bootstrap tokens, which are Secrets in kube-system."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

from tutor.apimachinery.objects import Object
from tutor.cluster.addons.kubeadm import BOOTSTRAPPERS, public_key_hash
from tutor.kubeadm.environment import Environment, KubeadmError
from tutor.shell.programs.options import go_duration

NAMESPACE, PREFIX = 'kube-system', 'bootstrap-token-'
TYPE = 'bootstrap.kubernetes.io/token'
PATTERN = re.compile(r'([a-z0-9]{6})\.([a-z0-9]{16})')
LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz'
DAY = 86400.0
USAGES = 'signing,authentication'


async def run(environment: Environment, words: list[str]) -> None:
    """kubeadm token create [TOKEN] | list | delete TOKEN… | generate"""
    verb, *rest = words or ['']
    if verb == 'generate':
        environment.say(generate(environment))
    elif verb == 'create':
        token = create(environment, rest[0] if rest else '')
        environment.say(join_command(environment, token) if 'print-join-command' in environment.options else token)
    elif verb == 'list':
        _list(environment)
    elif verb == 'delete':
        _delete(environment, rest)
    else:
        raise KubeadmError(f'invalid subcommand "{verb}"' if verb else
                           'missing subcommand; "token" is not meant to be run on its own')


def generate(environment: Environment) -> str:
    random = environment.ctx.simulation.random
    text = ''.join(LETTERS[random.randrange(len(LETTERS))] for _ in range(22))
    return f'{text[:6]}.{text[6:]}'


def create(environment: Environment, token: str = '') -> str:
    """Make a token's Secret; the token. Raises KubeadmError, StatusError."""
    options = environment.options
    token = token or generate(environment)
    match = PATTERN.fullmatch(token)
    if match is None:
        raise KubeadmError(f'the bootstrap token "{token}" was not of the form "\\A([a-z0-9]{{6}})\\.'
                           '([a-z0-9]{16})\\z"')
    seconds = DAY if 'ttl' not in options else 0 if options.get('ttl') == '0' else go_duration(options, 'ttl')
    usages = {name.strip() for name in options.get('usages', USAGES).split(',')}
    data = {'token-id': match[1], 'token-secret': match[2]}
    if options.get('description'):
        data['description'] = options.get('description')
    if seconds:
        until = environment.ctx.simulation.wall() + timedelta(seconds=seconds)
        data['expiration'] = until.strftime('%Y-%m-%dT%H:%M:%SZ')
    data |= {f'usage-bootstrap-{name}': 'true' for name in sorted(usages)}
    data['auth-extra-groups'] = options.get('groups', BOOTSTRAPPERS)
    client = environment.admin()
    if client.find('secrets', PREFIX + match[1], NAMESPACE) is not None:
        raise KubeadmError(f'a token with id "{match[1]}" already exists')
    client.create('secrets', {
        'apiVersion': 'v1', 'kind': 'Secret', 'type': TYPE, 'metadata': {'name': PREFIX + match[1],
                                                                         'namespace': NAMESPACE},
        'data': {name: base64.b64encode(value.encode()).decode() for name, value in data.items()}})
    return token


def join_command(environment: Environment, token: str) -> str:
    authority = environment.files.read_text('/etc/kubernetes/pki/ca.crt')
    return (f'kubeadm join {environment.address}:6443 --token {token} --discovery-token-ca-cert-hash '
            f'{public_key_hash(authority)} ')


def _list(environment: Environment) -> None:
    found = [secret for secret in environment.admin().items('secrets', NAMESPACE) if secret.get('type') == TYPE]
    if not found:
        return
    rows = [('TOKEN', 'TTL', 'EXPIRES', 'USAGES', 'DESCRIPTION', 'EXTRA GROUPS')]
    for secret in found:
        data = _data(secret)
        until = data.get('expiration', '')
        usages = ','.join(sorted(name.removeprefix('usage-bootstrap-') for name, value in data.items()
                                 if name.startswith('usage-bootstrap-') and value == 'true'))
        rows.append((f'{data["token-id"]}.{data["token-secret"]}', _rest(until, environment) if until else '<forever>',
                     until or '<never>', usages or '<none>', data.get('description') or '<none>',
                     data.get('auth-extra-groups') or '<none>'))
    widths = [max(len(row[place]) for row in rows) + 3 for place in range(5)]
    for row in rows:
        environment.say(''.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + row[5])


def _rest(until: str, environment: Environment) -> str:
    moment = datetime.strptime(until, '%Y-%m-%dT%H:%M:%SZ').replace(tzinfo=UTC)
    seconds = (moment - environment.ctx.simulation.wall()).total_seconds()
    if seconds < 0:
        return '<invalid>'
    for size, unit in ((86400, 'd'), (3600, 'h'), (60, 'm')):
        if seconds >= size * (2 if unit == 'd' else 1):
            return f'{int(seconds // size)}{unit}'
    return f'{int(seconds)}s'


def _data(secret: Object) -> dict[str, str]:
    return {name: base64.b64decode(value).decode() for name, value in (secret.get('data') or {}).items()}


def _delete(environment: Environment, words: list[str]) -> None:
    if not words:
        raise KubeadmError('missing argument; "token delete" is missing token of form ["^([a-z0-9]{6})$" '
                           'or "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"]')
    client = environment.admin()
    for word in words:
        identity = word.partition('.')[0]
        if len(identity) != 6:
            raise KubeadmError(f'given token "{word}" didn\'t match pattern "^([a-z0-9]{{6}})$" or "\\\\A([a-z0-9]'
                               '{6})\\\\.([a-z0-9]{16})\\\\z"')
        client.delete('secrets', PREFIX + identity, NAMESPACE)
        environment.say(f'bootstrap token "{identity}" deleted')
