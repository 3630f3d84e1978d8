"""What the API server warns of in pods and templates of pods (pkg/api/pod/warnings.go)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tutor.apimachinery import names, quantity
from tutor.apimachinery.objects import Object

NODE_LABELS = {
    'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
    'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
    'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
    'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'}
_ANNOTATIONS = {
    'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
    'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
    'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead'}
VOLUMES = {
    'photonPersistentDisk': 'deprecated in v1.11, non-functional in v1.16+',
    'gitRepo': 'deprecated in v1.11, and disabled by default in v1.33+',
    'scaleIO': 'deprecated in v1.16, non-functional in v1.22+',
    'flocker': 'deprecated in v1.22, non-functional in v1.25+',
    'storageos': 'deprecated in v1.22, non-functional in v1.25+',
    'quobyte': 'deprecated in v1.22, non-functional in v1.25+',
    'glusterfs': 'deprecated in v1.25, non-functional in v1.26+',
    'cephfs': 'deprecated in v1.28, non-functional in v1.31+',
    'rbd': 'deprecated in v1.28, non-functional in v1.31+'}
"""Sources of volumes that are on their way out or gone."""
_SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod'
_SECCOMP_OF = 'container.seccomp.security.alpha.kubernetes.io/'
_APPARMOR_OF = 'container.apparmor.security.beta.kubernetes.io/'
_NO_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead'
_HOSTNAME, _POD_NAMES = (
    f'this is used in {where}, which can result in surprising behavior; a DNS label is recommended'
    for where in ("the Pod's hostname", 'Pod names and hostnames'))


def of_pod(pod: Object) -> list[str]:
    """podStrategy.WarningsOnCreate."""
    return [*_name(pod, _HOSTNAME), *_spec_and_meta(pod['spec'], pod['metadata'], '')]


def of_template(template: Object, path: str) -> list[str]:
    """GetWarningsForPodTemplate; `path` is where the template stands."""
    return list(_spec_and_meta(template.get('spec') or {}, template.get('metadata') or {}, f'{path}.'))


def of_workload(obj: Object, old: Object | None, path: str = 'spec.template') -> list[str]:
    """WarningsOnCreate and WarningsOnUpdate of the kinds that make pods: an update warns if it changed something."""
    if old is not None and obj['metadata'].get('generation') == old['metadata'].get('generation'):
        return []
    template: Object = obj
    for name in path.split('.'):
        template = template.get(name) or {}
    return of_template(template, path)


def of_named_workload(obj: Object, old: Object | None, path: str = 'spec.template') -> list[str]:
    """The same of those whose own name becomes the pods' host name."""
    return [*of_name(obj, old), *of_workload(obj, old, path)]


def of_name(obj: Object, old: Object | None) -> list[str]:
    """A name that pods cannot have as their host name."""
    return _name(obj, _POD_NAMES) if old is None else []


def _name(obj: Object, text: str) -> list[str]:
    problems = names.is_dns1123_label(obj['metadata']['name'])
    return [f'metadata.name: {text}: [{" ".join(problems)}]'] if problems else []


def _spec_and_meta(spec: Object, meta: Object, base: str) -> Iterator[str]:
    """warningsForPodSpecAndMeta; `base` is '' for a pod, the path of a template with a dot behind it."""
    here, notes = f'{base}spec', meta.get('annotations') or {}
    yield from _placement(spec, here)
    yield from (f'{base}metadata.annotations[{key}]: {text}' for key, text in _ANNOTATIONS.items() if key in notes)
    yield from _volumes(spec.get('volumes') or (), f'{here}.volumes')
    yield from _repeated(spec, here)
    yield from fractions(spec.get('overhead') or {}, f'{here}.overhead')
    context = spec.get('securityContext') or {}
    if _SECCOMP in notes and not context.get('seccompProfile'):
        yield f'{base}metadata.annotations[{_SECCOMP}]: {_NO_SECCOMP}'
    for container, place in _containers(spec, here):
        yield from _container_notes(container, notes, bool(base), 'appArmorProfile' in context, base)
        yield from _resources(container.get('resources') or {}, f'{place}.resources')
        yield from _environment(container.get('env') or (), f'{place}.env')
    yield from _ports(_containers(spec, here))
    if (spec.get('terminationGracePeriodSeconds') or 0) < 0:
        yield (f'{here}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated '
               'as 1')
    yield from _pod_affinity(spec.get('affinity') or {}, f'{here}.affinity')


def _containers(spec: Object, path: str) -> Iterator[tuple[Object, str]]:
    """VisitContainersWithPath."""
    for kind in ('initContainers', 'containers', 'ephemeralContainers'):
        for index, container in enumerate(spec.get(kind) or ()):
            yield container, f'{path}.{kind}[{index}]'


# -- where it may run ---------------------------------------------------------------------------------------------


def _placement(spec: Object, path: str) -> Iterator[str]:
    for key in sorted(spec.get('nodeSelector') or {}):
        if key in NODE_LABELS:
            yield f'{path}.nodeSelector[{key}]: {NODE_LABELS[key]}'
    affinity, here = (spec.get('affinity') or {}).get('nodeAffinity') or {}, f'{path}.affinity.nodeAffinity'
    required = affinity.get('requiredDuringSchedulingIgnoredDuringExecution') or {}
    terms = f'{here}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'
    for index, term in enumerate(required.get('nodeSelectorTerms') or ()):
        yield from node_term(term, f'{terms}[{index}]')
    preferred = 'preferredDuringSchedulingIgnoredDuringExecution'
    for index, term in enumerate(affinity.get(preferred) or ()):
        yield from node_term(term.get('preference') or {}, f'{here}.{preferred}[{index}].preference')
    for index, constraint in enumerate(spec.get('topologySpreadConstraints') or ()):
        place, key = f'{path}.topologySpreadConstraints[{index}]', constraint.get('topologyKey', '')
        if key in NODE_LABELS:
            yield f'{place}.topologyKey: {key} is {NODE_LABELS[key]}'
        if constraint.get('labelSelector') is None:
            yield f'{place}.labelSelector: {_MATCHES_NOTHING}'


_MATCHES_NOTHING = 'a null labelSelector results in matching no pod'


def node_term(term: Object, path: str) -> Iterator[str]:
    """GetWarningsForNodeSelectorTerm."""
    for index, expression in enumerate(term.get('matchExpressions') or ()):
        key = expression.get('key', '')
        if key in NODE_LABELS:
            yield f'{path}.matchExpressions[{index}].key: {key} is {NODE_LABELS[key]}'


def _pod_affinity(affinity: Object, path: str) -> Iterator[str]:
    """warningsForPodAffinityTerms, warningsForWeightedPodAffinityTerms."""
    for kind in ('podAffinity', 'podAntiAffinity'):
        for name, inner in (('requiredDuringSchedulingIgnoredDuringExecution', ''),
                            ('preferredDuringSchedulingIgnoredDuringExecution', 'podAffinityTerm')):
            for index, item in enumerate((affinity.get(kind) or {}).get(name) or ()):
                term = item.get(inner) or {} if inner else item
                if term.get('labelSelector') is None:
                    place = f'{path}.{kind}.{name}[{index}]' + (f'.{inner}' if inner else '')
                    yield f'{place}.labelSelector: {_MATCHES_NOTHING}'


# -- what it has --------------------------------------------------------------------------------------------------


def _volumes(volumes: Iterable[Object], path: str) -> Iterator[str]:
    for index, volume in enumerate(volumes):
        yield from of_sources(volume, f'{path}[{index}]')
        claim = (volume.get('ephemeral') or {}).get('volumeClaimTemplate')
        if claim is not None:
            yield from of_claim(claim.get('spec') or {}, f'{path}[{index}].ephemeral.volumeClaimTemplate.spec')


def of_sources(volume: Object, path: str) -> Iterator[str]:
    """Sources of a volume, or of a PersistentVolume's spec, by the names that Go has for them."""
    for kind, text in VOLUMES.items():
        if kind in volume:
            yield f'{path}.{"storageOS" if kind == "storageos" else kind}: {text}'


def of_claim(spec: Object, path: str) -> Iterator[str]:
    """GetWarningsForPersistentVolumeClaimSpec."""
    for name in ('requests', 'limits'):
        given = (spec.get('resources') or {}).get(name) or {}
        yield from fractions(given, f'{path}.resources.{name}', ('storage',))


def _repeated(spec: Object, path: str) -> Iterator[str]:
    """Entries of lists that stand there twice, and pull secrets without a name."""
    for field, key in (('hostAliases', 'ip'), ('imagePullSecrets', 'name')):
        seen: set[str] = set()
        for index, item in enumerate(spec.get(field) or ()):
            value = item.get(key, '')
            if value in seen:
                yield f'{path}.{field}[{index}].{key}: duplicate {key} "{value}"'
            seen.add(value)
    for index, item in enumerate(spec.get('imagePullSecrets') or ()):
        if not item.get('name'):
            yield f'{path}.imagePullSecrets[{index}].name: invalid empty name ""'


def _container_notes(container: Object, notes: Object, in_template: bool, has_profile: bool,
                     base: str) -> Iterator[str]:
    name, context = container.get('name', ''), container.get('securityContext') or {}
    if _SECCOMP_OF + name in notes and not context.get('seccompProfile'):
        yield f'{base}metadata.annotations[{_SECCOMP_OF}{name}]: {_NO_SECCOMP}'
    if in_template and _APPARMOR_OF + name in notes and not has_profile and not context.get('appArmorProfile'):
        yield (f'{base}metadata.annotations[{_APPARMOR_OF}{name}]: deprecated since v1.30; use the "appArmorProfile" '
               'field instead')


def _resources(resources: Object, path: str) -> Iterator[str]:
    for resource in ('memory', 'ephemeral-storage'):
        for name in ('limits', 'requests'):
            yield from fractions(resources.get(name) or {}, f'{path}.{name}', (resource,))


def fractions(given: Object, path: str, of: Iterable[str] = ('memory', 'ephemeral-storage')) -> Iterator[str]:
    """Amounts of bytes that are no whole numbers."""
    for name in of:
        if name in given and quantity.parse(given[name]).value % 1:
            yield f'{path}[{name}]: fractional byte value "{given[name]}" is invalid, must be an integer'


def _environment(variables: Iterable[Object], path: str) -> Iterator[str]:
    """A variable that stands there twice, unless the second makes use of the first."""
    seen: set[str] = set()
    for index, item in enumerate(variables):
        name, value = item.get('name', ''), item.get('value', '')
        earlier = f'$({name})'
        if name in seen and (item.get('valueFrom') is not None or value == earlier or earlier not in value):
            yield f'{path}[{index}]: hides previous definition of "{name}", which may be dropped when using apply'
        seen.add(name)


def _ports(containers: Iterable[tuple[Object, str]]) -> Iterator[str]:
    """Ports of all containers that are the same, or may be."""
    known: dict[tuple[int, str], list[tuple[Object, str]]] = {}
    for container, path in containers:
        for index, port in enumerate(container.get('ports') or ()):
            here = f'{path}.ports[{index}]'
            if port.get('hostIP') and not port.get('hostPort'):
                yield (f'{here}: hostIP set without hostPort: {{Name:{port.get("name", "")} HostPort:0 ContainerPort:'
                       f'{port.get("containerPort", 0)} Protocol:{port.get("protocol", "")} HostIP:{port["hostIP"]}}}')
            others = known.setdefault((port.get('containerPort', 0), port.get('protocol', '')), [])
            yield from (f'{here}: {problem} port definition with {there}' for other, there in others
                        if (problem := _clash(port, other)))
            others.append((port, here))


def _clash(port: Object, other: Object) -> str:
    (ip, host), (other_ip, other_host) = (
        (item.get('hostIP') or '', item.get('hostPort') or 0) for item in (port, other))
    if (ip, host) == (other_ip, other_host):
        return 'duplicate'
    if not host or not other_host:
        return 'overlapping'
    return 'dangerously ambiguous' if host == other_host and bool(ip) != bool(other_ip) else ''
