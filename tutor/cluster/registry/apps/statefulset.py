"""StatefulSets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata, workload
from tutor.cluster.registry.apps import replica_status
from tutor.cluster.registry.cells import age, columns, template_cells
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import warnings
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_ROLLING = 'Partition MaxUnavailable'
_MUTABLE = ('replicas', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds',
            'ordinals', 'revisionHistoryLimit')
_FORBIDDEN = ("updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
              "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
              "'minReadySeconds' are forbidden")
_COUNTS = ('replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas',
           'observedGeneration', 'collisionCount')
_PARTS = ('readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas')


class StatefulSetStrategy(Kind):
    generation = True
    columns = columns('Name, Ready, Age, Containers*, Images*')

    def default(self, obj: Object) -> None:
        """SetDefaults_StatefulSet."""
        spec = workload.default_spec(obj)
        spec.setdefault('podManagementPolicy', 'OrderedReady')
        update = spec.setdefault('updateStrategy', {})
        if 'type' not in update:
            update['type'] = 'RollingUpdate'
            update.setdefault('rollingUpdate', {})
        if update['type'] == 'RollingUpdate' and 'rollingUpdate' in update:
            update['rollingUpdate'].setdefault('partition', 0)
        spec.setdefault('replicas', 1)
        spec.setdefault('revisionHistoryLimit', 10)
        spec.setdefault('serviceName', '')
        retention = spec.setdefault('persistentVolumeClaimRetentionPolicy', {})
        retention.setdefault('whenDeleted', 'Retain')
        retention.setdefault('whenScaled', 'Retain')
        for claim in spec.get('volumeClaimTemplates') or ():
            _default_claim(claim)
        obj.setdefault('status', {'replicas': 0, 'availableReplicas': 0})

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {'replicas': 0, 'availableReplicas': 0}
        _drop_disabled(obj)

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        super().prepare_update(new, old, context)
        _drop_disabled(new)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateStatefulSet: what is made needs a service name that pods can have as their subdomain."""
        name = obj['spec'].get('serviceName')
        wrong = names.is_dns1123_label(name) if name else ()
        return _spec(obj['spec'], field.invalid_each('spec.serviceName', name, wrong))

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateStatefulSetUpdate."""
        if new['spec'] == old['spec']:
            return []
        found = _spec(new['spec'])
        if _fixed(new['spec']) != _fixed(old['spec']):
            found.append(field.forbidden('spec', _FORBIDDEN))
        return found

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return replica_status.check(new, old, _COUNTS, _PARTS, 'status.readyReplicas')

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        found = warnings.of_workload(obj, old)
        for index, claim in enumerate(obj['spec'].get('volumeClaimTemplates') or ()):
            found += warnings.of_claim(claim.get('spec') or {}, f'spec.volumeClaimTemplates[{index}].Spec')
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec, status = obj['spec'], obj.get('status') or {}
        return [obj['metadata']['name'], f'{status.get("readyReplicas", 0)}/{spec.get("replicas", 0)}',
                age(obj, simulation), *template_cells(spec)]


def _spec(spec: Object, of_service: Iterable[FieldError] = ()) -> list[FieldError]:
    """ValidateStatefulSetSpec."""
    found = _policies(spec)
    found += metadata.non_negative(spec.get('replicas'), 'spec.replicas')
    found += metadata.non_negative(spec.get('minReadySeconds'), 'spec.minReadySeconds')
    start = (spec.get('ordinals') or {}).get('start')
    found += metadata.non_negative(start, 'spec.ordinals.start')
    found += of_service
    found += workload.validate_selector(spec, 'statefulset')
    found += workload.validate_match(spec)
    found += metadata.non_negative(spec.get('revisionHistoryLimit'), 'spec.revisionHistoryLimit')
    found += workload.validate_template({**spec, 'template': _with_claims(spec)}, 'StatefulSet')
    return found


def _drop_disabled(obj: Object) -> None:
    """dropStatefulSetDisabledFields: the feature gate MaxUnavailableStatefulSet is off in v1.36."""
    rolling = (obj['spec'].get('updateStrategy') or {}).get('rollingUpdate')
    if rolling and 'maxUnavailable' in rolling:
        obj['spec']['updateStrategy'] = {**obj['spec']['updateStrategy'], 'rollingUpdate': {
            name: value for name, value in rolling.items() if name != 'maxUnavailable'}}


def _default_claim(claim: Object) -> None:
    claim.setdefault('apiVersion', 'v1')
    claim.setdefault('kind', 'PersistentVolumeClaim')
    spec = claim.setdefault('spec', {})
    spec.setdefault('volumeMode', 'Filesystem')
    spec.setdefault('resources', {})
    claim['status'] = {'phase': 'Pending', **(claim.get('status') or {})}


def _with_claims(spec: Object) -> Object:
    """The template as pods will have it: its claims are volumes that can be mounted."""
    template = spec.get('template') or {}
    claims = spec.get('volumeClaimTemplates')
    if not claims:
        return template
    pod = template.get('spec') or {}
    known = {volume.get('name') for volume in pod.get('volumes') or ()}
    extra = [{'name': claim['metadata']['name'], 'persistentVolumeClaim': {'claimName': claim['metadata']['name']}}
             for claim in claims if (claim.get('metadata') or {}).get('name') not in (*known, None)]
    return {**template, 'spec': {**pod, 'volumes': [*(pod.get('volumes') or ()), *extra]}}


def _policies(spec: Object) -> list[FieldError]:
    found: list[FieldError] = []
    policy = spec.get('podManagementPolicy')
    if policy not in ('OrderedReady', 'Parallel'):
        found.append(field.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"))
    update = spec.get('updateStrategy') or {}
    path = 'spec.updateStrategy'
    if update.get('type') == 'OnDelete':
        if 'rollingUpdate' in update:
            shown = internal(update['rollingUpdate'], _ROLLING, zeros={'Partition': 0})
            found.append(field.invalid(f'{path}.rollingUpdate', shown,
                                       "only allowed for updateStrategy 'RollingUpdate'"))
    elif update.get('type') == 'RollingUpdate':
        rolling = update.get('rollingUpdate') or {}
        found += metadata.non_negative(rolling.get('partition'), f'{path}.rollingUpdate.partition')
    else:
        found.append(field.invalid(path, internal(update, 'Type RollingUpdate', {'RollingUpdate': _ROLLING}),
                                   "must be 'RollingUpdate' or 'OnDelete'"))
    retention = spec.get('persistentVolumeClaimRetentionPolicy') or {}
    for name in ('whenDeleted', 'whenScaled'):
        if retention.get(name) not in ('Retain', 'Delete'):
            found.append(field.not_supported(f'spec.persistentVolumeClaimRetentionPolicy.{name}',
                                             retention.get(name, ''), ('Delete', 'Retain')))
    return found


def _fixed(spec: Object) -> Object:
    return {name: value for name, value in spec.items() if name not in _MUTABLE}
