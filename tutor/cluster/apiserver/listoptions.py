"""Whether the parameters of a list make sense (apimachinery/pkg/apis/meta/internalversion/validation)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import errors, field
from tutor.apimachinery.field import FieldError
from tutor.cluster.apiserver.scope import Scope

MATCHES = ('Exact', 'NotOlderThan', '')


def check(scope: Scope) -> None:
    """Raises Invalid, BadRequest, or Timeout for a version that is yet to come."""
    query = scope.request.query
    found = _match(query)
    version = query.get('resourceVersion') or ''
    if version and not str(version).isdecimal():
        found.append(field.invalid('resourceVersion', version,
                                   f'strconv.ParseUint: parsing {field.go_quote(str(version))}: invalid syntax'))
    if query.get('sendInitialEvents') is not None:
        found.append(field.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
    if found:
        raise errors.invalid('meta.k8s.io', 'ListOptions', '', found)
    current = scope.server.store.revision
    if version and int(version) > current:
        raise errors.timeout(f'Too large resource version: {version}, current: {current}', 1)


def _match(query: dict[str, Any]) -> list[FieldError]:
    match = query.get('resourceVersionMatch')
    if not match:
        return []
    found: list[FieldError] = []
    if query.get('continue'):
        found.append(field.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden for continue'))
    if not query.get('resourceVersion'):
        found.append(field.forbidden('resourceVersionMatch',
                                     'resourceVersionMatch is forbidden unless resourceVersion is provided'))
    if match not in MATCHES:
        found.append(field.not_supported('resourceVersionMatch', match, MATCHES))
    if match == 'Exact' and query.get('resourceVersion') == '0':
        found.append(field.forbidden('resourceVersionMatch',
                                     'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    return found


def number(scope: Scope, name: str) -> int:
    """A whole number among the parameters, 0 when it is not given."""
    text = scope.request.query.get(name) or 0
    try:
        return int(text)
    except (TypeError, ValueError):
        raise errors.bad_request(
            f'strconv.ParseInt: parsing {field.go_quote(str(text))}: invalid syntax') from None
