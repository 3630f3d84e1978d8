"""/healthz, /livez, /readyz: each check by name (apiserver/pkg/server/healthz)."""

from __future__ import annotations

from tutor.apimachinery import errors
from tutor.apimachinery.healthz import verdict
from tutor.client.transport import Request, Response

TEXT = 'text/plain; charset=utf-8'
_STARTED = (
    'start-apiserver-admission-initializer', 'generic-apiserver-start-informers',
    'priority-and-fairness-config-consumer', 'priority-and-fairness-filter', 'storage-object-count-tracker-hook',
    'start-apiextensions-informers', 'start-apiextensions-controllers', 'crd-informer-synced',
    'start-system-namespaces-controller', 'peer-endpoint-reconciler-controller',
    'start-cluster-authentication-info-controller', 'start-kube-apiserver-identity-lease-controller',
    'start-kube-apiserver-identity-lease-garbage-collector', 'storage-readiness',
    'start-legacy-token-tracking-controller', 'start-service-ip-repair-controllers', 'rbac/bootstrap-roles',
    'scheduling/bootstrap-system-priority-classes', 'priority-and-fairness-config-producer', 'bootstrap-controller',
    'start-kubernetes-service-cidr-controller', 'aggregator-reload-proxy-client-cert',
    'start-kube-aggregator-informers', 'apiservice-status-local-available-controller',
    'apiservice-status-remote-available-controller', 'apiservice-registration-controller',
    'apiservice-wait-for-first-sync', 'apiservice-discovery-controller', 'kube-apiserver-autoregistration')
_HOOKS = (*(f'poststarthook/{name}' for name in _STARTED), 'autoregister-completion',
          'poststarthook/apiservice-openapi-controller', 'poststarthook/apiservice-openapiv3-controller')
ETCD = ('etcd', 'etcd-readiness')
"""Checks that fail while etcd does not answer."""
_CHECKS = {
    'healthz': ('ping', 'log', 'loopback-serving-certificate', 'etcd', *_HOOKS),
    'livez': ('ping', 'log', 'loopback-serving-certificate', 'etcd', *_HOOKS),
    'readyz': ('ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', *_HOOKS, 'shutdown'),
}


def paths() -> list[str]:
    """The path of each check, and of all of them."""
    return [path for whole, checks in _CHECKS.items() for path in (f'/{whole}', *(f'/{whole}/{n}' for n in checks))]


def slis(etcd: bool) -> str:
    """What /metrics/slis counts: the outcome of each check."""
    lines = ['# HELP kubernetes_healthcheck [STABLE] This metric records the result of a single healthcheck.',
             '# TYPE kubernetes_healthcheck gauge']
    for whole, checks in _CHECKS.items():
        lines += [f'kubernetes_healthcheck{{name="{name}",type="{whole}"}} {int(etcd or name not in ETCD)}'
                  for name in sorted(checks)]
    return '\n'.join([*lines, ''])


def answer(path: str, rest: list[str], request: Request, etcd: bool) -> Response:
    """'ok', or a line for each check with `?verbose`; `?exclude=` leaves one out; a path below is one check.
    `etcd` says whether that answers. Raises PageNotFound for a check that there is not."""
    checks = _CHECKS[path]
    if rest:
        if '/'.join(rest) not in checks:
            raise errors.PageNotFound
        failed = [name for name in rest if name in ETCD and not etcd]
        if failed:  # adaptCheckToHandler
            return Response(500, 'internal server error: etcd client connection not yet established\n',
                            content_type=TEXT)
        return Response(200, 'ok', content_type=TEXT)
    excluded = request.query.get('exclude') or ()
    left_out: list[str] = [excluded] if isinstance(excluded, str) else list(excluded)
    good, said = verdict(path, ((name, 'reason withheld' if name in ETCD and not etcd else '') for name in checks),
                         'verbose' in request.query, left_out)
    return Response(200 if good else 500, said, content_type=TEXT)
