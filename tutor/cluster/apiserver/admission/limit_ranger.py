"""LimitRanger: default requests and limits, and the bounds of a LimitRange (plugin/pkg/admission/limitranger)."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.apimachinery import field
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import Quantity, parse
from tutor.apimachinery.usage import pod_total
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

ANNOTATION = 'kubernetes.io/limit-ranger'


class LimitRanger(Plugin):
    name = 'LimitRanger'
    resources = frozenset({('', 'pods'), ('', 'persistentvolumeclaims')})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if scope.resource.plural != 'pods' or not _looked_at(scope, obj, old):
            return
        for limit_range in self._ranges(context.namespace):
            requests, limits = _defaults(limit_range)
            if requests or limits:
                _set_defaults(obj, requests, limits)

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if not _looked_at(scope, obj, old):
            return
        check = _pod_problems if scope.resource.plural == 'pods' else _claim_problems
        for limit_range in self._ranges(context.namespace):
            problems = list(check(obj, limit_range))
            if problems:
                raise refused(scope, obj, field.aggregate(problems))

    def _ranges(self, namespace: str) -> list[Object]:
        return self.server.stores.of('', 'limitranges').list(namespace)


def _looked_at(scope: Scope, obj: Object, old: Object | None) -> bool:
    """SupportsAttributes: new pods, pods that are resized, and claims; not what is going."""
    if old is not None and 'deletionTimestamp' in obj['metadata']:
        return False
    if scope.resource.plural == 'pods' and old is not None:
        return scope.info.subresource == 'resize'
    return not scope.info.subresource


def _limits(limit_range: Object, kind: str) -> list[Object]:
    return [limit for limit in limit_range['spec'].get('limits') or () if limit.get('type') == kind]


def _defaults(limit_range: Object) -> tuple[dict[str, str], dict[str, str]]:
    """defaultContainerResourceRequirements."""
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for limit in _limits(limit_range, 'Container'):
        requests |= limit.get('defaultRequest') or {}
        limits |= limit.get('default') or {}
    return requests, limits


def _set_defaults(pod: Object, requests: dict[str, str], limits: dict[str, str]) -> None:
    """mergePodResourceRequirements, with the annotation that tells what was set."""
    told: list[str] = []
    for place, label in (('containers', 'container'), ('initContainers', 'init container')):
        for container in pod['spec'].get(place) or ():
            resources = container.setdefault('resources', {})
            for kind, values in (('requests', requests), ('limits', limits)):
                added = sorted(name for name in values if name not in (resources.get(kind) or {}))
                if added:
                    resources[kind] = {**(resources.get(kind) or {}), **{name: values[name] for name in added}}
                    verb = 'limit' if kind == 'limits' else 'request'
                    told.append(f'{", ".join(added)} {verb} for {label} {container.get("name", "")}')
    if told:
        annotations = pod['metadata'].get('annotations') or {}
        pod['metadata']['annotations'] = {**annotations, ANNOTATION: 'LimitRanger plugin set: ' + '; '.join(told)}


def _pod_problems(pod: Object, limit_range: Object) -> Iterable[str]:
    """PodValidateLimitFunc."""
    containers = pod['spec'].get('containers') or []
    inits = pod['spec'].get('initContainers') or []
    for limit in _limits(limit_range, 'Container'):
        for container in [*containers, *inits]:
            resources = container.get('resources') or {}
            yield from _problems('Container', limit, resources.get('requests') or {}, resources.get('limits') or {})
    for limit in _limits(limit_range, 'Pod'):
        yield from _problems('Pod', limit, _texts(pod_total(pod, 'requests')), _texts(pod_total(pod, 'limits')))


def _claim_problems(claim: Object, limit_range: Object) -> Iterable[str]:
    """PersistentVolumeClaimValidateLimitFunc."""
    requests = (claim['spec'].get('resources') or {}).get('requests') or {}
    for limit in _limits(limit_range, 'PersistentVolumeClaim'):
        for name, bound in sorted((limit.get('min') or {}).items()):
            yield from _minimum('PersistentVolumeClaim', name, bound, requests, {})
        for name, bound in sorted((limit.get('max') or {}).items()):
            yield from _maximum_request('PersistentVolumeClaim', name, bound, requests)


def _problems(kind: str, limit: Object, requests: Object, limits: Object) -> Iterable[str]:
    for name, bound in sorted((limit.get('min') or {}).items()):
        yield from _minimum(kind, name, bound, requests, limits)
    for name, bound in sorted((limit.get('max') or {}).items()):
        yield from _maximum(kind, name, bound, requests, limits)
    for name, bound in sorted((limit.get('maxLimitRequestRatio') or {}).items()):
        yield from _ratio(kind, name, bound, requests, limits)


def _minimum(kind: str, name: str, bound: str, requests: Object, limits: Object) -> Iterable[str]:
    """minConstraint."""
    request, limit, least = requests.get(name), limits.get(name), parse(bound)
    if request is None:
        yield f'minimum {name} usage per {kind} is {bound}.  No request is specified'
    elif parse(request) < least:
        yield f'minimum {name} usage per {kind} is {bound}, but request is {request}'
    elif limit is not None and parse(limit) < least:
        yield f'minimum {name} usage per {kind} is {bound}, but limit is {limit}'


def _maximum(kind: str, name: str, bound: str, requests: Object, limits: Object) -> Iterable[str]:
    """maxConstraint."""
    request, limit, most = requests.get(name), limits.get(name), parse(bound)
    if limit is None:
        yield f'maximum {name} usage per {kind} is {bound}.  No limit is specified'
    elif most < parse(limit):
        yield f'maximum {name} usage per {kind} is {bound}, but limit is {limit}'
    elif request is not None and most < parse(request):
        yield f'maximum {name} usage per {kind} is {bound}, but request is {request}'


def _maximum_request(kind: str, name: str, bound: str, requests: Object) -> Iterable[str]:
    """maxRequestConstraint."""
    request = requests.get(name)
    if request is None:
        yield f'maximum {name} usage per {kind} is {bound}.  No request is specified'
    elif parse(bound) < parse(request):
        yield f'maximum {name} usage per {kind} is {bound}, but request is {request}'


def _ratio(kind: str, name: str, bound: str, requests: Object, limits: Object) -> Iterable[str]:
    """limitRequestRatioConstraint."""
    request, limit = requests.get(name), limits.get(name)
    if request is None or not parse(request):
        yield f'{name} max limit to request ratio per {kind} is {bound}, but no request is specified or request is 0'
    elif limit is None or not parse(limit):
        yield f'{name} max limit to request ratio per {kind} is {bound}, but no limit is specified or limit is 0'
    else:
        found = parse(limit).milli() / parse(request).milli()
        if found > parse(bound).milli() / 1000:
            yield f'{name} max limit to request ratio per {kind} is {bound}, but provided ratio is {found:f}'


def _texts(amounts: dict[str, Quantity]) -> dict[str, str]:
    return {name: str(value) for name, value in amounts.items()}
