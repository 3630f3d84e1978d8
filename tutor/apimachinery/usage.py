"""What an object uses of a ResourceQuota (pkg/quota/v1/evaluator/core), for admission and for the controller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tutor.apimachinery.objects import Object
from tutor.apimachinery.qos import qos_class
from tutor.apimachinery.quantity import Quantity, parse

COUNTED = {'pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps',
           'persistentvolumeclaims'}
COMPUTE = ('cpu', 'memory', 'ephemeral-storage')
REQUIRED = frozenset({'cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'})
RESOURCE_CLAIMS = ('resource.k8s.io', 'resourceclaims')
DEVICES = '.deviceclass.resource.k8s.io/devices'
MOST_DEVICES = 32
"""AllocationResultsMaxSize: what asks for all devices may get so many."""
TERMINAL = ('Succeeded', 'Failed')


def object_usage(group: str, plural: str, obj: Object) -> dict[str, str]:
    """Amounts by quota resource name."""
    usage = {f'count/{plural}.{group}' if group else f'count/{plural}': '1'}
    if not group and plural in COUNTED and plural != 'pods':
        usage[plural] = '1'
    if (group, plural) == RESOURCE_CLAIMS:
        return usage | _device_usage(obj)
    if group:
        return usage
    if plural == 'pods':
        usage |= pod_usage(obj)
    elif plural == 'services':
        usage |= _service_usage(obj)
    elif plural == 'persistentvolumeclaims':
        usage |= _claim_usage(obj)
    return usage


def pod_usage(pod: Object) -> dict[str, str]:
    """PodUsageFunc: a pod that has ended counts as an object but uses nothing."""
    if pod.get('status', {}).get('phase') in TERMINAL:
        return {}
    usage = {'pods': '1'}
    for kind, prefix in (('requests', 'requests.'), ('limits', 'limits.')):
        for name, value in pod_total(pod, kind).items():
            usage[prefix + name] = str(value)
            if kind == 'requests' and name in COMPUTE:
                usage[name] = str(value)
    return usage


def pod_total(pod: Object, kind: str) -> dict[str, Quantity]:
    """resourcehelper.PodRequests, PodLimits: what its containers need, or what it asks for as a whole; and overhead."""
    spec = pod.get('spec') or {}
    total = containers_total(spec, kind) | _amounts(spec, kind)
    for name, value in (spec.get('overhead') or {}).items():
        if kind == 'requests' or name in total:
            _add(total, {name: parse(value)})
    return total


def containers_total(spec: Object, kind: str) -> dict[str, Quantity]:
    """AggregateContainerRequests, …Limits: containers and sidecars add up, init containers count by the largest."""
    total: dict[str, Quantity] = {}
    for container in spec.get('containers') or ():
        _add(total, _amounts(container, kind))
    largest: dict[str, Quantity] = {}
    sidecars: dict[str, Quantity] = {}
    for container in spec.get('initContainers') or ():
        amounts = _amounts(container, kind)
        if container.get('restartPolicy') == 'Always':
            _add(total, amounts)
            _add(sidecars, amounts)
            amounts = dict(sidecars)
        else:
            _add(amounts, sidecars)
        for name, value in amounts.items():
            if name not in largest or largest[name] < value:
                largest[name] = value
    for name, value in largest.items():
        if name not in total or total[name] < value:
            total[name] = value
    return total


def _amounts(container: Object, kind: str) -> dict[str, Quantity]:
    values = (container.get('resources') or {}).get(kind) or {}
    return {name: parse(value) for name, value in values.items()}


def _add(total: dict[str, Quantity], amounts: dict[str, Quantity]) -> None:
    for name, value in amounts.items():
        total[name] = total[name] + value if name in total else value


def _service_usage(service: Object) -> dict[str, str]:
    spec = service.get('spec') or {}
    usage = {'services.loadbalancers': '0', 'services.nodeports': '0'}
    ports = len(spec.get('ports') or ())
    if spec.get('type') == 'NodePort':
        usage['services.nodeports'] = str(ports)
    elif spec.get('type') == 'LoadBalancer':
        usage['services.loadbalancers'] = '1'
        if spec.get('allocateLoadBalancerNodePorts', True):
            usage['services.nodeports'] = str(ports)
    return usage


def _claim_usage(claim: Object) -> dict[str, str]:
    spec = claim.get('spec') or {}
    storage = ((spec.get('resources') or {}).get('requests') or {}).get('storage')
    usage = {'requests.storage': str(parse(storage))} if storage else {}
    storage_class = spec.get('storageClassName')
    if storage_class:
        prefix = f'{storage_class}.storageclass.storage.k8s.io'
        usage[f'{prefix}/persistentvolumeclaims'] = '1'
        if storage:
            usage[f'{prefix}/requests.storage'] = usage['requests.storage']
    return usage


def _device_usage(claim: Object) -> dict[str, str]:
    """claimEvaluator.Usage: devices by class; of alternatives the one that takes most of a class."""
    total: dict[str, int] = {}
    for request in ((claim.get('spec') or {}).get('devices') or {}).get('requests') or ():
        largest: dict[str, int] = {}
        for part in request.get('firstAvailable') or (request.get('exactly') or {},):
            name, count = part.get('deviceClassName', ''), part.get('count') or 1
            count = MOST_DEVICES if part.get('allocationMode') == 'All' else count
            largest[name] = max(largest.get(name, 0), count)
        for name, count in largest.items():
            total[name] = total.get(name, 0) + count
    return {f'{name}{DEVICES}': str(count) for name, count in total.items() if name}


def required_for(plural: str, obj: Object, hard: Iterable[str]) -> dict[str, list[str]]:
    """The compute resources that a quota makes every container name, and the containers that do not (Constraints)."""
    if plural != 'pods':
        return {}
    found: dict[str, list[str]] = {}
    for name in sorted(set(hard) & REQUIRED):
        kind, _, resource = name.rpartition('.')
        lacking = [container.get('name', '') for container in _containers(obj)
                   if resource not in ((container.get('resources') or {}).get(kind or 'requests') or {})]
        if lacking:
            found[name] = sorted(lacking)
    return found


def _containers(pod: Object) -> list[Object]:
    spec = pod.get('spec') or {}
    return [*(spec.get('containers') or ()), *(spec.get('initContainers') or ())]


def matches_scopes(quota: Object, plural: str, obj: Object) -> bool:
    """Whether a quota's scopes select an object."""
    spec = quota.get('spec') or {}
    scopes = [{'scopeName': name, 'operator': 'Exists'} for name in spec.get('scopes') or ()]
    scopes += (spec.get('scopeSelector') or {}).get('matchExpressions') or []
    return all(_in_scope(scope, plural, obj.get('spec') or {}) for scope in scopes)


def _in_scope(scope: Object, plural: str, spec: Object) -> bool:
    """podMatchesScopeFunc, pvcMatchesScopeFunc; other resources are in no scope."""
    name = scope['scopeName']
    if plural == 'persistentvolumeclaims':
        return name == 'VolumeAttributesClass' and _selects(scope, spec.get('volumeAttributesClassName') or '')
    if plural != 'pods':
        return False
    match name:
        case 'Terminating' | 'NotTerminating':
            return ((spec.get('activeDeadlineSeconds') or -1) >= 0) is (name == 'Terminating')
        case 'BestEffort' | 'NotBestEffort':
            return (qos_class(spec) == 'BestEffort') is (name == 'BestEffort')
        case 'PriorityClass':
            return _selects(scope, spec.get('priorityClassName', ''))
        case 'CrossNamespacePodAffinity':
            return any(term.get('namespaces') or term.get('namespaceSelector') is not None
                       for term in _affinity_terms(spec))
    return False


def _affinity_terms(spec: Object) -> Iterator[Object]:
    for name in ('podAffinity', 'podAntiAffinity'):
        rules = (spec.get('affinity') or {}).get(name) or {}
        yield from rules.get('requiredDuringSchedulingIgnoredDuringExecution') or ()
        for weighted in rules.get('preferredDuringSchedulingIgnoredDuringExecution') or ():
            yield weighted.get('podAffinityTerm') or {}


def _selects(scope: Object, name: str) -> bool:
    """Whether a scope's expression selects what names a class."""
    values = scope.get('values') or ()
    match scope.get('operator'):
        case 'In':
            return name in values
        case 'NotIn':
            return name not in values
        case 'DoesNotExist':
            return not name
    return bool(name)
