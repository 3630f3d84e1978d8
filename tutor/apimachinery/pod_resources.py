"""What a pod asks for in all (component-helpers/resource: PodRequests, PodLimits)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tutor.apimachinery.names import is_qualified_name
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import Quantity

Amount = int | Fraction
Amounts = dict[str, Amount]

DEFAULT_CPU = Fraction(1, 10)
DEFAULT_MEMORY = 200 * 1024 * 1024
"""What scoring assumes for a container that asks for nothing (schedutil.DefaultMilliCPURequest, …MemoryRequest)."""


def is_native(name: str) -> bool:
    """IsNativeResource: one of Kubernetes' own."""
    return '/' not in name or 'kubernetes.io/' in name


def is_extended(name: str) -> bool:
    """IsExtendedResourceName: a resource of somebody else, such as example.com/gpu."""
    return not is_native(name) and not name.startswith('requests.') and not is_qualified_name(f'requests.{name}')


def amounts(texts: Mapping[str, object] | None) -> Amounts:
    """The numbers of a resource list."""
    return {name: Quantity.parse(text).value for name, text in (texts or {}).items()}


def pod_requests(pod: Object, non_zero: bool = False) -> Amounts:
    """The larger of what the containers need together and what the start needs, and the overhead.

    `non_zero`: containers without requests for CPU or memory count with the defaults above.
    """
    return _total(pod, 'requests', non_zero)


def _total(pod: Object, field: str, non_zero: bool) -> Amounts:
    spec = pod['spec']
    containers = spec.get('containers') or ()
    total: Amounts = _of(containers[0], field, non_zero) if containers else {}
    for container in containers[1:]:
        _add(total, _of(container, field, non_zero))
    if spec.get('initContainers'):
        _include_init(total, spec['initContainers'], field, non_zero)
    own = (spec.get('resources') or {}).get(field)
    if own:
        total.update(amounts(own))
    if spec.get('overhead'):
        for name, amount in amounts(spec['overhead']).items():
            if field == 'requests' or name in total:
                total[name] = total.get(name, 0) + amount
    return total


def _include_init(total: Amounts, containers: list[Object], field: str, non_zero: bool) -> None:
    """Sidecars run beside everything that starts after them; the others run one at a time."""
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in containers:
        asked = _of(container, field, non_zero)
        if container.get('restartPolicy') == 'Always':
            _add(total, asked)
            _add(sidecars, asked)
            moment = dict(sidecars)
        else:
            moment = dict(sidecars)
            _add(moment, asked)
        for name, amount in moment.items():
            peak[name] = max(peak.get(name, 0), amount)
    for name, amount in peak.items():
        total[name] = max(total.get(name, 0), amount)


def _of(container: Object, field: str, non_zero: bool) -> Amounts:
    found = amounts((container.get('resources') or {}).get(field))
    if non_zero:
        found.setdefault('cpu', DEFAULT_CPU)
        found.setdefault('memory', DEFAULT_MEMORY)
    return found


def _add(total: Amounts, more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount
