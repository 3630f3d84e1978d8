"""kubectl describe namespace, resourcequota and limitrange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import Quantity, canonical, parse
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, rfc1123

LIMIT_COLUMNS = ('Type', 'Resource', 'Min', 'Max', 'Default Request', 'Default Limit', 'Max Limit/Request Ratio')
LIMIT_FIELDS = ('min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio')
_SCOPE_HELP = {
    'Terminating': 'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before '
                   'being actively terminated by the system.',
    'NotTerminating': 'Matches all pods that do not have an active deadline. These pods usually include long running '
                      'pods whose container command is not expected to terminate.',
    'BestEffort': 'Matches all pods that do not have resource requirements set. These pods have a best effort quality '
                  'of service.',
    'NotBestEffort': 'Matches all pods that have at least one resource requirement set. These pods have a burstable or '
                     'guaranteed quality of service.',
}


def describe_namespace(namespace: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    status = namespace.get('status') or {}
    w.metadata(namespace, namespace=False)
    w.field('Status', status.get('phase', ''))
    describe_dated_conditions(status.get('conditions'), w)
    name = namespace['metadata']['name']
    quotas = _listed('resourcequotas', name, related)
    if quotas is not None:
        w.write(0, '\n')
        _quotas(quotas, w)
    limits = _listed('limitranges', name, related)
    if limits is not None:
        w.write(0, '\n')
        _limits(limits, w)
    return w.text()


def describe_dated_conditions(conditions: Sequence[Mapping[str, Any]] | None, w: PrefixWriter) -> None:
    if conditions:
        w.write(0, 'Conditions:\n')
        w.rows(1, ('Type', 'Status', 'LastTransitionTime', 'Reason', 'Message'),
               ('----', '------', '------------------', '------', '-------'))
        w.rows(1, *((entry.get('type'), entry.get('status'), rfc1123(entry.get('lastTransitionTime')),
                     entry.get('reason'), entry.get('message')) for entry in conditions))


def _listed(resource: str, namespace: str, related: Related) -> list[Object] | None:
    """The items, or None where the server does not know the resource."""
    try:
        return related.list(resource, namespace)
    except StatusError as error:
        if error.code == 404:
            return None
        raise


def _quotas(quotas: Sequence[Object], w: PrefixWriter) -> None:
    """DescribeResourceQuotas."""
    if not quotas:
        w.write(0, 'No resource quota.\n')
        return
    w.write(0, 'Resource Quotas\n')
    for quota in sorted(quotas, key=lambda item: item['metadata']['name']):
        w.field('Name', quota['metadata']['name'], 1)
        _scopes(quota, w, 1, '')
        w.rows(1, ('Resource', 'Used', 'Hard'), ('--------', '---', '---'))
        status = quota.get('status') or {}
        used = status.get('used') or {}
        w.rows(1, *((name, canonical(used.get(name, '0')), canonical(hard))
                    for name, hard in sorted((status.get('hard') or {}).items())))


def _scopes(quota: Object, w: PrefixWriter, level: int, indent: str) -> None:
    scopes = sorted((quota.get('spec') or {}).get('scopes') or ())
    if scopes:
        w.field('Scopes', ', '.join(scopes), level)
        for scope in scopes:
            if scope in _SCOPE_HELP:
                w.write(level, f'{indent}* {_SCOPE_HELP[scope]}\n')


def _limits(ranges: Sequence[Object], w: PrefixWriter) -> None:
    """DescribeLimitRanges."""
    if not ranges:
        w.write(0, 'No LimitRange resource.\n')
        return
    w.write(0, 'Resource Limits\n')
    _limit_table([item for entry in ranges for item in (entry.get('spec') or {}).get('limits') or ()], ' ', w)


def _limit_table(items: Sequence[Mapping[str, Any]], prefix: str, w: PrefixWriter) -> None:
    """describeLimitRangeSpec; its resources stand in no order upstream, here in that of their names."""
    w.write(0, prefix + '\t'.join(LIMIT_COLUMNS) + '\n')
    w.write(0, prefix + '\t'.join('-' * len(title) for title in LIMIT_COLUMNS) + '\n')
    for item in items:
        for name in sorted({name for field in LIMIT_FIELDS for name in item.get(field) or ()}):
            cells = [canonical(item[field][name]) if name in (item.get(field) or ()) else '-' for field in LIMIT_FIELDS]
            w.write(0, prefix + '\t'.join((item.get('type', ''), name, *cells)) + '\n')


def describe_limit_range(limit_range: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.field('Name', limit_range['metadata']['name'])
    w.field('Namespace', limit_range['metadata'].get('namespace', ''))
    _limit_table((limit_range.get('spec') or {}).get('limits') or (), '', w)
    return w.text()


def describe_resource_quota(quota: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.field('Name', quota['metadata']['name'])
    w.field('Namespace', quota['metadata'].get('namespace', ''))
    _scopes(quota, w, 0, ' ')
    w.rows(0, ('Resource', 'Used', 'Hard'), ('--------', '----', '----'))
    status = quota.get('status') or {}
    used = status.get('used') or {}
    for name, hard in sorted((status.get('hard') or {}).items()):
        limit, amount = parse(hard), parse(used.get(name, '0'))
        if limit.format != amount.format:
            amount = Quantity(amount.ceil(), limit.format)
        w.rows(0, (name, str(amount), str(limit)))
    return w.text()
