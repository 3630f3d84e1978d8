"""The DNS settings of pods (validatePodDNSConfig)."""

from __future__ import annotations

import re

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import addresses

_SERVERS = 3
_SEARCHES = 32
_SEARCH_CHARACTERS = 2048
_LABEL = '[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?'
_NAME = rf'{_LABEL}(\.{_LABEL})*'
_is_name = re.compile(_NAME).fullmatch
_BAD_NAME = names.regex_error(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '_' or '.', and must "
    'start and end with an alphanumeric character', _NAME, 'example.com')


def validate(spec: Object, path: str, found: list[FieldError]) -> None:
    """The dnsConfig of a pod's spec, which a dnsPolicy of None must have."""
    config = spec.get('dnsConfig')
    servers = (config or {}).get('nameservers') or []
    if spec.get('dnsPolicy') == 'None':
        if config is None:
            found.append(field.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'))
            return
        if not servers:
            found.append(field.required(f'{path}.nameservers',
                                        'must provide at least one DNS nameserver when `dnsPolicy` is None'))
            return
    if len(servers) > _SERVERS:
        found.append(field.invalid(f'{path}.nameservers', servers, f'must not have more than {_SERVERS} nameservers'))
    for index, server in enumerate(servers):
        addresses.ip(server, f'{path}.nameservers[{index}]', found)
    _searches((config or {}).get('searches') or [], f'{path}.searches', found)
    for index, option in enumerate((config or {}).get('options') or ()):
        if not option.get('name'):
            found.append(field.required(f'{path}.options[{index}]', 'must not be empty'))


def _searches(searches: list[str], path: str, found: list[FieldError]) -> None:
    if len(searches) > _SEARCHES:
        found.append(field.invalid(path, searches, f'must not have more than {_SEARCHES} search paths'))
    if len(' '.join(searches)) > _SEARCH_CHARACTERS:
        found.append(field.invalid(path, searches, f'must not have more than {_SEARCH_CHARACTERS} characters '
                                                   '(including spaces) in the search list'))
    for index, search in enumerate(searches):
        name = search.removesuffix('.')
        if search == '.' or _is_name(name):
            continue
        found.append(field.invalid(f'{path}[{index}]', name, _BAD_NAME))
