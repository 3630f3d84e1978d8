"""Whether the parameters of a list make sense (apimachinery/pkg/apis/meta/internalversion/validation)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import errors, field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.gotime import TimeError, parse_time
from tutor.cluster.apiserver.scope import Scope

MOST = (1 << 64) - 1
MATCHES = ('Exact', 'NotOlderThan', '')


def check(scope: Scope) -> None:
    """Raises Invalid, BadRequest, an error of storage, or Timeout for a version that is yet to come."""
    query = scope.request.query
    number(scope, 'timeoutSeconds')
    found = _match(query)
    if query.get('sendInitialEvents') is not None:
        found.append(field.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
    if found:
        raise errors.invalid('meta.k8s.io', 'ListOptions', '', found)
    version = query.get('resourceVersion') or ''
    if version not in ('', '0') and query.get('continue'):
        raise errors.bad_request('specifying resource version is not allowed when using continue')
    check_version(scope)


def check_version(scope: Scope) -> int:
    """The resourceVersion that is asked for, 0 for any. Raises Timeout for one that is yet to come, and for what is
    none an error of storage, not of the request (ParseResourceVersion)."""
    text, current = str(scope.request.query.get('resourceVersion') or ''), scope.server.store.revision
    is_number = text.isascii() and text.isdecimal()
    if text and (not is_number or int(text) > MOST):
        quoted, problem = field.go_quote(text), 'value out of range' if is_number else 'invalid syntax'
        raise errors.unknown(f'resourceVersion: Invalid value: {quoted}: strconv.ParseUint: parsing {quoted}: '
                             f'{problem}')
    version = int(text or 0)
    if version > current:  # NewTooLargeResourceVersionError
        error = errors.timeout(f'Too large resource version: {version}, current: {current}', 1)
        error.status['details']['causes'] = [
            {'reason': 'ResourceVersionTooLarge', 'message': 'Too large resource version'}]
        raise error
    return version


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


def check_time(scope: Scope, name: str) -> None:
    """Time.UnmarshalQueryParameter; raises BadRequest."""
    text = scope.request.query.get(name)
    try:
        if text not in (None, '', 'null'):
            parse_time(str(text))
    except TimeError as problem:
        raise errors.bad_request(str(problem)) from None


def number(scope: Scope, name: str) -> int:
    """A whole number among the parameters, 0 when it is not given."""
    return whole(scope.request.query.get(name) or 0)


def whole(value: Any) -> int:
    """strconv.ParseInt of a parameter; raises BadRequest."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise errors.bad_request(
            f'strconv.ParseInt: parsing {field.go_quote(str(value))}: invalid syntax') from None
