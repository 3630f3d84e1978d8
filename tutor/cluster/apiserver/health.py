"""/healthz, /livez, /readyz: each check by name (apiserver/pkg/server/healthz)."""

from __future__ import annotations

from tutor.apimachinery import errors
from tutor.client.transport import Request, Response

TEXT = 'text/plain; charset=utf-8'
_HOOKS = (
    'start-apiserver-admission-initializer', 'generic-apiserver-start-informers',
    'priority-and-fairness-config-consumer',
    'priority-and-fairness-filter', 'storage-object-count-tracker-hook', 'start-apiextensions-informers',
    'start-apiextensions-controllers', 'crd-informer-synced', 'start-system-namespaces-controller',
    'start-cluster-authentication-info-controller', 'start-kube-apiserver-identity-lease-controller',
    'start-kube-apiserver-identity-lease-garbage-collector', 'start-legacy-token-tracking-controller',
    'start-service-ip-repair-controllers', 'rbac/bootstrap-roles',
    'scheduling/bootstrap-system-priority-classes', 'priority-and-fairness-config-producer',
    'bootstrap-controller', 'start-kubernetes-service-cidr-controller', 'aggregator-reload-proxy-client-cert',
    'start-kube-aggregator-informers', 'apiservice-status-local-available-controller',
    'apiservice-status-remote-available-controller', 'apiservice-registration-controller',
    'apiservice-discovery-controller', 'kube-apiserver-autoregistration', 'autoregister-completion',
    'apiservice-openapi-controller', 'apiservice-openapiv3-controller')
ETCD = ('etcd', 'etcd-readiness')
"""Checks that fail while etcd does not answer."""
_CHECKS = {
    'healthz': ('ping', 'log', 'etcd', *(f'poststarthook/{name}' for name in _HOOKS)),
    'livez': ('ping', 'log', 'etcd', *(f'poststarthook/{name}' for name in _HOOKS)),
    'readyz': ('ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync',
               *(f'poststarthook/{name}' for name in _HOOKS), 'shutdown'),
}


def answer(path: str, rest: list[str], request: Request, etcd: bool) -> Response:
    """'ok', or a line for each check with `?verbose`; `?exclude=` leaves one out; a path below is one check.
    `etcd` says whether that answers. Raises StatusError when a check fails."""
    checks = _CHECKS[path]
    if rest:
        if '/'.join(rest) not in checks:
            raise errors.no_such_path()
        failed = [name for name in rest if name in ETCD and not etcd]
        if failed:
            raise errors.internal_error(f'{failed[0]} failed: reason withheld')
        return Response(200, 'ok', content_type=TEXT)
    excluded = request.query.get('exclude') or ()
    left_out: list[str] = [excluded] if isinstance(excluded, str) else list(excluded)
    if not etcd and any(name in checks and name not in left_out for name in ETCD):
        raise _failed(path, checks, left_out)
    if 'verbose' not in request.query:
        return Response(200, 'ok', content_type=TEXT)
    lines = [f'[+]{name} excluded: ok' if name in left_out else f'[+]{name} ok' for name in checks]
    return Response(200, '\n'.join([*lines, f'{path} check passed', '']), content_type=TEXT)


def _failed(path: str, checks: tuple[str, ...], left_out: list[str]) -> errors.StatusError:
    """handleRootHealth: all checks, those that failed without their reason."""
    lines = [f'[+]{name} excluded: ok' if name in left_out else
             f'[-]{name} failed: reason withheld' if name in ETCD else f'[+]{name} ok' for name in checks]
    text = '\n'.join([*lines, f'{path} check failed', ''])
    return errors.new(500, 'InternalError', f'an error on the server ({errors.quote(text)}) has prevented the request '
                      'from succeeding')
