"""Which rule of which HTTPRoute a request is for, and what its filters do to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Rule:
    """One match of one rule: `host` is the host name under which it holds ('' for any)."""

    route: Object
    host: str
    match: Object
    filters: tuple[Object, ...]
    backends: tuple[Object, ...]
    timeout: float = 0.0
    """Seconds that an answer may take, 0 for no limit of the rule's own."""

    @property
    def rank(self) -> tuple[int, bool, int, bool, int, int]:
        """What comes first: the more exact host, then path, method, headers and parameters."""
        path = self.match.get('path') or {}
        return (len(self.host) - 1000 * self.host.startswith('*'), path.get('type') == 'Exact',
                len(path.get('value', '/')), 'method' in self.match, len(self.match.get('headers') or ()),
                len(self.match.get('queryParams') or ()))


def choose(rules: Iterable[Rule], request: HttpRequest, host: str) -> Rule | None:
    """The best rule for a request; the oldest route of equals, as `rules` are in that order."""
    found = [rule for rule in rules if host_matches(rule.host, host) and _holds(rule.match, request)]
    return max(found, key=lambda rule: rule.rank) if found else None


def host_matches(wanted: str, host: str) -> bool:
    if not wanted or wanted == host:
        return True
    return wanted.startswith('*.') and host.endswith(wanted[1:]) and len(host) > len(wanted) - 1


def intersection(listener: str, route: str) -> str | None:
    """The host names that a listener and a route share, None when there are none."""
    if not listener or not route or listener == route:
        return listener or route
    if host_matches(listener, route) and not route.startswith('*'):
        return route
    if host_matches(route, listener) and not listener.startswith('*'):
        return listener
    if route.startswith('*.') and listener.startswith('*.'):
        longer, shorter = sorted((listener, route), key=len, reverse=True)
        return longer if longer.endswith(shorter[1:]) else None
    return None


def _holds(match: Object, request: HttpRequest) -> bool:
    if match.get('method', request.method) != request.method:
        return False
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    return _path_holds(match.get('path') or {}, request.path) and all(
        _value_holds(item, request.headers.get(item['name'].lower())) for item in match.get('headers') or ()) and all(
        _value_holds(item, query.get(item['name'])) for item in match.get('queryParams') or ())


def _path_holds(path: Object, given: str) -> bool:
    kind, value = path.get('type', 'PathPrefix'), path.get('value', '/')
    if kind == 'Exact':
        return given == value
    if kind == 'RegularExpression':
        return re.match(value, given) is not None
    bare = value.rstrip('/')
    return given == bare or given.startswith(f'{bare}/')


def _value_holds(item: Object, given: str | None) -> bool:
    if given is None:
        return False
    if item.get('type', 'Exact') == 'Exact':
        return given == item['value']
    return re.search(item['value'], given) is not None


# -- filters ------------------------------------------------------------------------------------------------------


def redirect(rule: Rule, request: HttpRequest, host: str, port: int) -> tuple[int, str] | None:
    """The status and place of a RequestRedirect filter, None without one."""
    for item in rule.filters:
        if item['type'] == 'RequestRedirect':
            wanted: Object = item.get('requestRedirect') or {}
            scheme = wanted.get('scheme') or ('https' if request.secure else 'http')
            default = {'http': 80, 'https': 443}[scheme]
            number = wanted.get('port') or (default if wanted.get('scheme') else port)
            place = f'{scheme}://{wanted.get("hostname") or host}' + (f':{number}' if number != default else '')
            return wanted.get('statusCode', 302), place + _rewritten(wanted.get('path'), rule, request)
    return None


def mirrors(rule: Rule) -> list[Object]:
    """The RequestMirror filters' own fields."""
    return [item.get('requestMirror') or {} for item in rule.filters if item['type'] == 'RequestMirror']


def share(mirror: Object) -> float:
    """How many of all requests a mirror gets, from 0 to 1."""
    if 'fraction' in mirror:
        return mirror['fraction']['numerator'] / mirror['fraction'].get('denominator', 100)
    return mirror.get('percent', 100) / 100


def rewrite(rule: Rule, request: HttpRequest) -> HttpRequest:
    """The request as the backend gets it."""
    headers, target = dict(request.headers), request.target
    for item in rule.filters:
        if item['type'] == 'RequestHeaderModifier':
            _modify(headers, item.get('requestHeaderModifier') or {}, str.lower)
        elif item['type'] == 'URLRewrite':
            wanted: Object = item.get('urlRewrite') or {}
            target = _rewritten(wanted.get('path'), rule, request)
            headers['host'] = wanted.get('hostname') or headers.get('host', '')
    return replace(request, target=target, headers=headers)


def answered(rule: Rule, response: HttpResponse) -> HttpResponse:
    """The response as the client gets it."""
    for item in rule.filters:
        if item['type'] == 'ResponseHeaderModifier':
            _modify(response.headers, item.get('responseHeaderModifier') or {}, str)
    return response


def _modify(headers: dict[str, str], wanted: Object, named: Callable[[str], str]) -> None:
    known = {name.lower(): name for name in headers}
    for entry in wanted.get('set') or ():
        headers[known.get(entry['name'].lower(), named(entry['name']))] = entry['value']
    for entry in wanted.get('add') or ():
        name = known.get(entry['name'].lower(), named(entry['name']))
        headers[name] = f'{headers[name]}, {entry["value"]}' if name in headers else entry['value']
    for name in wanted.get('remove') or ():
        headers.pop(known.get(name.lower(), ''), None)


def _rewritten(change: Object | None, rule: Rule, request: HttpRequest) -> str:
    query = f'?{request.query}' if request.query else ''
    if not change:
        return request.target
    if change['type'] == 'ReplaceFullPath':
        return change.get('replaceFullPath', '/') + query
    prefix = ((rule.match.get('path') or {}).get('value') or '/').rstrip('/')
    rest = request.path[len(prefix):].lstrip('/')
    fresh = (change.get('replacePrefixMatch') or '/').rstrip('/')
    return (f'{fresh}/{rest}' if rest or not fresh else fresh) + query
