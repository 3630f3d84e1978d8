"""PodSecurity: a namespace's labels say which level its pods must keep, and which one to warn about
(pod-security-admission/admission)."""

from __future__ import annotations

import re

from tutor.apimachinery import errors, field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.configuration import SecurityDefaults
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.admission.pod_security_standards import LEVELS, PRIVILEGED, Violation, violations
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

NAME_LABEL = 'kubernetes.io/metadata.name'
PREFIX = 'pod-security.kubernetes.io/'
TEMPLATES = frozenset({
    ('', 'replicationcontrollers'), ('', 'podtemplates'), ('apps', 'replicasets'), ('apps', 'deployments'),
    ('apps', 'statefulsets'), ('apps', 'daemonsets'), ('batch', 'jobs'), ('batch', 'cronjobs')})
VERSION = re.compile(r'latest|v1\.(0|[1-9][0-9]*)')
PODS, NAMESPACES = ('', 'pods'), ('', 'namespaces')


class PodSecurity(Plugin):
    name = 'PodSecurity'
    resources = TEMPLATES | {PODS, NAMESPACES}
    defaults = SecurityDefaults()

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        what = (scope.resource.group, scope.resource.plural)
        if what == NAMESPACES:
            if not scope.info.subresource:
                self._check_namespace(scope, obj, old)
            return
        if scope.info.subresource and scope.info.subresource != 'ephemeralcontainers':
            return
        namespace = self.server.stores.of('', 'namespaces').find('', context.namespace)
        labels = (namespace or {'metadata': {}})['metadata'].get('labels')
        labels = self._completed(labels) if self.defaults.labels else labels
        if not labels or (len(labels) == 1 and NAME_LABEL in labels) or self._exempt(scope, obj, context):
            return
        if what == PODS:
            if old is None or scope.info.subresource or _images(old) != _images(obj):
                self._check_pod(scope, obj, labels)
        else:
            _warn(scope, _template_spec(obj), labels)

    def _completed(self, labels: dict[str, str] | None) -> dict[str, str]:
        """A namespace's labels over the cluster's defaults."""
        return {**{PREFIX + name: value for name, value in self.defaults.labels.items()}, **(labels or {})}

    def _exempt(self, scope: Scope, obj: Object, context: Context) -> bool:
        spec = obj.get('spec') or {} if scope.resource.plural == 'pods' else _template_spec(obj)
        return self.defaults.exempts(context.namespace, scope.user.name) or (
            spec.get('runtimeClassName') in self.defaults.runtime_classes)

    def _check_pod(self, scope: Scope, pod: Object, labels: dict[str, str]) -> None:
        level, version = policy(labels, 'enforce')
        found = violations(level, version, pod['spec'])
        if found:
            raise refused(scope, pod, f'violates PodSecurity "{level}:{version}": {_text(found)}')
        _warn(scope, pod['spec'], labels)

    def _check_namespace(self, scope: Scope, new: Object, old: Object | None) -> None:
        """ValidateNamespace: the labels must be right, the pods that are there already are only warned about."""
        problems = label_errors(new)
        if problems and (old is None or problems != label_errors(old)):
            raise errors.invalid('', 'Namespace', new['metadata']['name'], problems)
        if old is None:
            return
        before = policy(old['metadata'].get('labels') or {}, 'enforce')
        level, version = after = policy(new['metadata'].get('labels') or {}, 'enforce')
        if after == before or (LEVELS.index(level) <= LEVELS.index(before[0]) and version == before[1]):
            return
        by_reason: dict[str, list[str]] = {}
        for pod in self.server.stores.of('', 'pods').list(new['metadata']['name']):
            found = violations(level, version, pod['spec'])
            if found:
                by_reason.setdefault(', '.join(reason for reason, _ in found), []).append(pod['metadata']['name'])
        if not by_reason:
            return
        scope.warnings.append(f'existing pods in namespace "{new["metadata"]["name"]}" violate the new PodSecurity '
                              f'enforce level "{level}:{version}"')
        scope.warnings.extend(sorted(f'{names[0]}{_others(len(names) - 1)}: {reason}'
                                     for reason, names in by_reason.items()))


def policy(labels: dict[str, str], mode: str) -> tuple[str, str]:
    """The level and version of a mode; warn and audit follow enforce when nothing is said (PolicyToEvaluate)."""
    level = labels.get(PREFIX + mode)
    if level is None and mode == 'warn':
        return policy(labels, 'enforce')
    version = labels.get(f'{PREFIX}{mode}-version', 'latest')
    return (level if level in LEVELS else PRIVILEGED), version if VERSION.fullmatch(version) else 'latest'


def label_errors(namespace: Object) -> list[FieldError]:
    """What is wrong with the labels of a namespace that name a policy."""
    labels, found = namespace['metadata'].get('labels') or {}, []
    for mode in ('enforce', 'audit', 'warn'):
        for key, right, rule in (
                (PREFIX + mode, LEVELS.__contains__, f'must be one of {", ".join(LEVELS)}'),
                (f'{PREFIX}{mode}-version', VERSION.fullmatch, 'must be "latest" or "v1.x"')):
            if key in labels and not right(labels[key]):
                found.append(field.invalid(f'metadata.labels[{key}]', labels[key], rule))
    return found


def _warn(scope: Scope, spec: Object, labels: dict[str, str]) -> None:
    level, version = policy(labels, 'warn')
    found = violations(level, version, spec)
    if found:
        scope.warnings.append(f'would violate PodSecurity "{level}:{version}": {_text(found)}')


def _text(found: list[Violation]) -> str:
    return ', '.join(f'{reason} ({detail})' for reason, detail in found)


def _others(count: int) -> str:
    if not count:
        return ''
    return f' (and {count} other pod{"s" if count > 1 else ""})'


def _images(pod: Object) -> list[str]:
    """What matters of an update (isSignificantPodUpdate)."""
    spec = pod['spec']
    return [container['image'] for container in (*(spec.get('initContainers') or ()), *spec['containers'])]


def _template_spec(obj: Object) -> Object:
    """The pod spec inside an object that makes pods."""
    spec = obj.get('spec') or {}
    if 'jobTemplate' in spec:
        spec = spec['jobTemplate'].get('spec') or {}
    template = obj.get('template') if 'template' in obj else spec.get('template')
    return (template or {}).get('spec') or {}
