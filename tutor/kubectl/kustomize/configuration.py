"""Which fields the transformers change: what kustomize knows of the built-in kinds, and what a kustomization adds by
`configurations` and `crds` (builtinconfig.TransformerConfig)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.kubectl.kustomize.fields import FieldSpec, merged
from tutor.kubectl.kustomize.resources import Kind

LISTS = ('commonLabels', 'templateLabels', 'labels', 'commonAnnotations', 'namePrefix', 'nameSuffix', 'namespace',
         'varReference', 'images', 'replicas')
_NODE_TERMS = ('preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm',
               'requiredDuringSchedulingIgnoredDuringExecution')


@dataclass(slots=True)
class Configuration:
    """By the name of a list its field specs; `references` says which fields name objects of a kind."""

    specs: dict[str, list[FieldSpec]] = field(default_factory=lambda: {name: [] for name in LISTS})
    references: dict[Kind, list[FieldSpec]] = field(default_factory=dict)

    def merge(self, other: Configuration) -> None:
        """TransformerConfig.Merge. Raises KubectlError."""
        for name in LISTS:
            self.specs[name] = merged(self.specs[name], other.specs[name])
        for gvk, specs in other.references.items():
            self.references[gvk] = merged(self.references.get(gvk, []), specs)


def read(content: Object) -> Configuration:
    """The configuration of a file."""
    found = Configuration()
    for name in LISTS:
        found.specs[name] = [FieldSpec.of(entry) for entry in content.get(name) or []]
    for entry in content.get('nameReference') or []:
        found.references.setdefault(Kind.of(entry), []).extend(
            FieldSpec.of(spec) for spec in entry.get('fieldSpecs') or [])
    return found


# -- what kustomize knows -----------------------------------------------------------------------------------------


def _spec(path: str, kind: str = '', group: str = '', version: str = '', create: bool = False) -> FieldSpec:
    return FieldSpec(path, Kind(group, version, kind), create)


_METADATA: tuple[tuple[str, ...], ...] = (
    ('spec/template/metadata', 'ReplicationController', '', 'v1'),
    *(('spec/template/metadata', kind) for kind in ('Deployment', 'ReplicaSet', 'DaemonSet')))
_BATCH_METADATA: tuple[tuple[str, ...], ...] = (
    ('spec/template/metadata', 'Job', 'batch'), ('spec/jobTemplate/metadata', 'CronJob', 'batch'),
    ('spec/jobTemplate/spec/template/metadata', 'CronJob', 'batch'))


def _labelled(path: str, kind: str, group: str = '', version: str = '') -> FieldSpec:
    return _spec(path, kind, group, version, create=True)


def _template_labels() -> list[FieldSpec]:
    set_metadata = (('spec/template/metadata', 'StatefulSet', 'apps'),
                    ('spec/volumeClaimTemplates[]/metadata', 'StatefulSet', 'apps'))
    return [_spec('metadata/labels', create=True), *(
        _labelled(f'{path}/labels', *kind) for path, *kind in (*_METADATA, *set_metadata, *_BATCH_METADATA))]


def _annotations() -> list[FieldSpec]:
    return [_spec('metadata/annotations', create=True), *(
        _labelled(f'{path}/annotations', *kind)
        for path, *kind in (*_METADATA, ('spec/template/metadata', 'StatefulSet'), *_BATCH_METADATA))]


def _selectors() -> list[FieldSpec]:
    def of_template(kind: str) -> list[FieldSpec]:
        terms = [f'affinity/{affinity}/{term}' for affinity in ('podAffinity', 'podAntiAffinity')
                 for term in _NODE_TERMS]
        return [_spec(f'spec/template/spec/{path}/labelSelector/matchLabels', kind, 'apps')
                for path in (*terms, 'topologySpreadConstraints')]
    whole = 'spec/selector/matchLabels'
    return [
        _spec('spec/selector', 'Service', '', 'v1', create=True),
        _spec('spec/selector', 'ReplicationController', '', 'v1', create=True),
        _spec(whole, 'Deployment', create=True), *of_template('Deployment'), _spec(whole, 'ReplicaSet', create=True),
        _spec(whole, 'DaemonSet', create=True), _spec(whole, 'StatefulSet', 'apps', create=True),
        *of_template('StatefulSet'), _spec(whole, 'Job', 'batch'),
        _spec('spec/jobTemplate/spec/selector/matchLabels', 'CronJob', 'batch'),
        _spec(whole, 'PodDisruptionBudget', 'policy'),
        *(_spec(f'spec/{path}/matchLabels', 'NetworkPolicy', 'networking.k8s.io')
          for path in ('podSelector', 'ingress/from/podSelector', 'egress/to/podSelector')),
    ]


_POD_SPECS = {'Pod': 'spec', 'PodTemplate': 'template/spec', 'CronJob': 'spec/jobTemplate/spec/template/spec'}
_NAMING = ('Pod', 'PodTemplate', 'Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob')
_OWNING = ('Pod', 'StatefulSet', 'Deployment', 'ReplicationController', 'CronJob', 'Job', 'DaemonSet')
_RUNNING = ('CronJob', 'DaemonSet', 'Deployment', 'Job', 'Pod', 'ReplicaSet', 'StatefulSet')


def _in_pods(kinds: Iterable[str], *paths: str, version: str = '') -> list[FieldSpec]:
    return [_spec(f'{_POD_SPECS.get(kind, "spec/template/spec")}/{path}', kind, '',
                  version if kind == 'Pod' else '') for path in paths for kind in kinds]


def _of_containers(*paths: str) -> tuple[str, ...]:
    return tuple(f'{containers}/{path}' for path in paths for containers in ('containers', 'initContainers'))


def _at(*places: tuple[str, ...]) -> list[FieldSpec]:
    return [_field(*place) for place in places]


def _field(path: str, kind: str = '', group: str = '', version: str = '') -> FieldSpec:
    return _spec(path, kind, group, version)


_RBAC, _ADMISSION, _NGINX = ('rbac.authorization.k8s.io', 'admissionregistration.k8s.io',
                             'metadata/annotations/nginx.ingress.kubernetes.io\\/')


def _references() -> dict[Kind, list[FieldSpec]]:
    """nameReference: by the kind that is named, the fields that name it."""
    scaled = _at(('spec/scaleTargetRef/name', 'HorizontalPodAutoscaler'))
    return {
        **{Kind(kind=kind): scaled for kind in ('Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet')},
        Kind('', 'v1', 'ConfigMap'): [
            *_in_pods(_NAMING, 'volumes/configMap/name', *_of_containers(
                'env/valueFrom/configMapKeyRef/name', 'envFrom/configMapRef/name'),
                'volumes/projected/sources/configMap/name', version='v1'),
            *_at(('spec/configSource/configMap', 'Node'), ('rules/resourceNames', 'Role'),
                 ('rules/resourceNames', 'ClusterRole'), (f'{_NGINX}fastcgi-params-configmap', 'Ingress'))],
        Kind('', 'v1', 'Secret'): [
            *_in_pods(_NAMING, 'volumes/secret/secretName', *_of_containers(
                'env/valueFrom/secretKeyRef/name', 'envFrom/secretRef/name'), 'imagePullSecrets/name',
                'volumes/projected/sources/secret/name', version='v1'),
            *_at(('spec/tls/secretName', 'Ingress'),
                 ('metadata/annotations/ingress.kubernetes.io\\/auth-secret', 'Ingress'),
                 (f'{_NGINX}auth-secret', 'Ingress'), (f'{_NGINX}auth-tls-secret', 'Ingress'),
                 ('imagePullSecrets/name', 'ServiceAccount'),
                 *((f'parameters/{name}', 'StorageClass') for name in (
                     'secretName', 'adminSecretName', 'userSecretName', 'secretRef')),
                 ('rules/resourceNames', 'Role'), ('rules/resourceNames', 'ClusterRole'),
                 ('spec/template/spec/containers/env/valueFrom/secretKeyRef/name', 'Service', 'serving.knative.dev',
                  'v1'), ('spec/azureFile/secretName', 'PersistentVolume'))],
        Kind('', 'v1', 'Service'): _at(
            ('spec/serviceName', 'StatefulSet', 'apps'), ('spec/rules/http/paths/backend/serviceName', 'Ingress'),
            ('spec/backend/serviceName', 'Ingress'), ('spec/rules/http/paths/backend/service/name', 'Ingress'),
            ('spec/defaultBackend/service/name', 'Ingress'),
            ('spec/service/name', 'APIService', 'apiregistration.k8s.io'),
            ('webhooks/clientConfig/service', 'ValidatingWebhookConfiguration', _ADMISSION),
            ('webhooks/clientConfig/service', 'MutatingWebhookConfiguration', _ADMISSION)),
        Kind(_RBAC, '', 'Role'): _at(('roleRef/name', 'RoleBinding', _RBAC)),
        Kind(_RBAC, '', 'ClusterRole'): _at(('roleRef/name', 'RoleBinding', _RBAC),
                                            ('roleRef/name', 'ClusterRoleBinding', _RBAC)),
        Kind('', 'v1', 'ServiceAccount'): [
            *_at(('subjects', 'RoleBinding', _RBAC), ('subjects', 'ClusterRoleBinding', _RBAC)),
            *_in_pods(_OWNING, 'serviceAccountName')],
        Kind('', 'v1', 'PersistentVolumeClaim'): _in_pods(_OWNING, 'volumes/persistentVolumeClaim/claimName'),
        Kind('', 'v1', 'PersistentVolume'): _at(('spec/volumeName', 'PersistentVolumeClaim'),
                                                ('rules/resourceNames', 'ClusterRole')),
        Kind('storage.k8s.io', 'v1', 'StorageClass'): _at(
            ('spec/storageClassName', 'PersistentVolume'), ('spec/storageClassName', 'PersistentVolumeClaim'),
            ('spec/volumeClaimTemplates/spec/storageClassName', 'StatefulSet')),
        Kind('scheduling.k8s.io', 'v1', 'PriorityClass'): _in_pods(_OWNING, 'priorityClassName'),
        # The group stands so in kustomize, so that no IngressClass is ever found.
        Kind('networking.k8s.io/v1', 'v1', 'IngressClass'): _at(('spec/ingressClassName', 'Ingress')),
        Kind(_ADMISSION, '', 'ValidatingAdmissionPolicy'): _at(
            ('spec/policyName', 'ValidatingAdmissionPolicyBinding', _ADMISSION)),
    }


def _variables() -> list[FieldSpec]:
    """varReference: where $(NAME) may stand."""
    return [
        *_in_pods(_RUNNING, *_of_containers('args', 'command', 'env/value', 'volumeMounts/mountPath')),
        *_in_pods(('DaemonSet', 'Deployment', 'Job', 'Pod', 'ReplicaSet'), 'volumes/nfs/server'),
        *_at(('spec/jobTemplate/spec/template/volumes/nfs/server', 'CronJob'),
             ('spec/template/metadata/annotations', 'Deployment'), ('spec/rules/host', 'Ingress'),
             ('spec/tls/hosts', 'Ingress'), ('spec/tls/secretName', 'Ingress'), ('spec/ports/port', 'Service'),
             ('spec/ports/targetPort', 'Service'), ('spec/volumeClaimTemplates/spec/nfs/server', 'StatefulSet'),
             ('spec/nfs/server', 'PersistentVolume'), ('metadata/labels',), ('metadata/annotations',)),
    ]


def defaults() -> Configuration:
    """MakeDefaultConfig."""
    template = _template_labels()
    lists: dict[str, Any] = {
        'commonLabels': [*_selectors(), *template], 'templateLabels': template, 'commonAnnotations': _annotations(),
        'namePrefix': _at(('metadata/name',)), 'nameSuffix': _at(('metadata/name',)),
        'namespace': [
            _spec('metadata/name', 'Namespace', create=True),
            _spec('spec/service/namespace', 'APIService', 'apiregistration.k8s.io', create=True),
            _spec('spec/conversion/webhook/clientConfig/service/namespace', 'CustomResourceDefinition',
                  'apiextensions.k8s.io')],
        'varReference': _variables(),
        'images': [_spec(f'{path}/{containers}[]/image', create=True) for path in ('spec', 'spec/template/spec')
                   for containers in ('containers', 'initContainers')],
        'replicas': [_spec('spec/replicas', kind, create=True) for kind in (
            'Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet')],
        'labels': [],
    }
    return Configuration(lists, _references())
