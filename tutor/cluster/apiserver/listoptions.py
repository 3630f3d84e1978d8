"""Whether the parameters of a list make sense (apimachinery/pkg/apis/meta/internalversion/validation)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import errors, field
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.field import FieldError
from tutor.cluster.apiserver.scope import Scope

MATCHES = ('Exact', 'NotOlderThan', '')


def check(scope: Scope) -> None:
    """Raises Invalid, BadRequest, an error of storage, or Timeout for a version that is yet to come."""
    query = scope.request.query
    found = _match(query)
    if query.get('sendInitialEvents') is not None:
        found.append(field.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
    if found:
        raise errors.invalid('meta.k8s.io', 'ListOptions', '', found)
    version = query.get('resourceVersion') or ''
    if version not in ('', '0') and query.get('continue'):
        raise errors.bad_request('specifying resource version is not allowed when using continue')
    if version and not str(version).isdecimal():
        raise bad_version(str(version))
    current = scope.server.store.revision
    if version and int(version) > current:
        raise errors.timeout(f'Too large resource version: {version}, current: {current}', 1)


def bad_version(version: str) -> StatusError:
    """What ParseResourceVersion says: an error of storage, not of the request."""
    return errors.unknown(f'resourceVersion: Invalid value: {field.go_quote(version)}: '
                          f'strconv.ParseUint: parsing {field.go_quote(version)}: invalid syntax')


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
