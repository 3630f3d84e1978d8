"""Fields and resources of a pod as values: for environment variables and downward API volumes (pkg/fieldpath)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import ceil

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import parse
from tutor.cluster.kubelet.pods import SEEN, SOURCE

_subscript = re.compile(r"metadata\.(annotations|labels)\['(.+)'\]").fullmatch


class UnsupportedField(Exception):
    """A field path that has no value."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a pod's own object does not say yet when its containers start."""

    addresses: list[str]
    host_address: str
    allocatable: Mapping[str, str]
    seen: datetime
    """When the kubelet first saw the pod."""


def field_value(pod: Object, path: str, facts: Facts) -> str:
    """ExtractFieldPathAsString and podFieldSelectorRuntimeValue."""
    meta, spec = pod['metadata'], pod['spec']
    match = _subscript(path)
    if match is not None:
        return (meta.get(match.group(1)) or {}).get(match.group(2), '')
    if path in ('metadata.labels', 'metadata.annotations'):
        values = meta.get(path.partition('.')[2]) or {}
        own = {SEEN: _nano(facts.seen), SOURCE: 'api'} if path == 'metadata.annotations' else {}
        return format_map({**own, **values})
    simple = {
        'metadata.name': meta['name'], 'metadata.namespace': meta['namespace'], 'metadata.uid': meta['uid'],
        'spec.nodeName': spec.get('nodeName', ''), 'spec.serviceAccountName': spec.get('serviceAccountName', ''),
        'status.hostIP': facts.host_address, 'status.hostIPs': facts.host_address,
        'status.podIP': facts.addresses[0] if facts.addresses else '', 'status.podIPs': ','.join(facts.addresses),
    }
    if path not in simple:
        raise UnsupportedField(f'unsupported fieldPath: {path}')
    return simple[path]


def _nano(moment: datetime) -> str:
    """RFC3339Nano."""
    return moment.strftime('%Y-%m-%dT%H:%M:%S.%f').rstrip('0').rstrip('.') + 'Z'


def format_map(values: Mapping[str, str]) -> str:
    """fieldpath.FormatMap."""
    return '\n'.join(f'{key}={go_quote(value)}' for key, value in sorted(values.items()))


def resource_value(pod: Object, container: Object, reference: Object, facts: Facts) -> str:
    """ExtractContainerResourceValue: rounded up to whole divisors; limits default to what the node can give."""
    which, _, name = reference['resource'].partition('.')
    resources = container.get('resources') or {}
    found = (resources.get(which) or {}).get(name)
    if found is None and which == 'limits':
        found = facts.allocatable.get(name)
    size = Fraction(parse(reference.get('divisor') or '1').value) or Fraction(1)
    return str(ceil(Fraction(parse(found or '0').value) / size))
