"""Pods: what is set, kept and refused (pkg/registry/core/pod/strategy.go)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.qos import qos_class
from tutor.cluster.registry.core.pod import ephemeral, printing, update
from tutor.cluster.registry.core.pod import status as pod_status
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import defaults, validation, warnings
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation


class PodStrategy(Kind):
    generation = True
    returns_deleted = True
    columns = printing.COLUMNS
    selectable = ('spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName',
                  'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.nominatedNodeName')
    triggers = ('spec.nodeName',)

    def default(self, obj: Object) -> None:
        defaults.default_pod(obj)

    def prepare_create(self, obj: Object, context: Context) -> None:
        status: Object = {'phase': 'Pending', 'qosClass': qos_class(obj['spec'])}
        if obj['spec'].get('schedulingGates'):
            status['conditions'] = [{
                'type': 'PodScheduled', 'status': 'False', 'reason': 'SchedulingGated', 'lastProbeTime': None,
                'lastTransitionTime': None, 'message': 'Scheduling is blocked due to non-empty scheduling gates'}]
        obj['status'] = status

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidatePodCreate."""
        spec = obj['spec']
        found = validation.validate_pod(obj)
        if spec.get('ephemeralContainers'):
            found.append(field.forbidden('spec.ephemeralContainers', 'cannot be set on create'))
        if spec.get('nodeName') and spec.get('schedulingGates'):
            found.append(field.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'))
        return found

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        super().prepare_update(new, old, context)
        if context.subresource == 'ephemeralcontainers':
            ephemeral.keep_all_but_ephemeral(new, old)
        elif context.subresource == 'resize':
            ephemeral.keep_all_but_resources(new, old)

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        if new['spec'] == old['spec']:
            return []
        if context.subresource == 'ephemeralcontainers':
            return ephemeral.validate_ephemeral(new, old)
        if context.subresource == 'resize':
            return ephemeral.validate_resize(new, old)
        return validation.validate_pod(new) + update.validate(new, old)

    def prepare_status(self, new: Object, old: Object, context: Context) -> None:
        super().prepare_status(new, old, context)
        status = new.setdefault('status', {})
        if not status.get('qosClass') and 'qosClass' in (old.get('status') or {}):
            status['qosClass'] = old['status']['qosClass']
        new['metadata'].pop('ownerReferences', None)
        if 'ownerReferences' in old['metadata']:
            new['metadata']['ownerReferences'] = old['metadata']['ownerReferences']
        if any('lastProbeTime' not in entry for entry in status.get('conditions') or ()):
            # metav1.Time has no omitempty that would do anything: a time that is not set is null.
            status['conditions'] = [{'lastProbeTime': None, **entry} for entry in status['conditions']]

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return pod_status.validate(new, old)

    def grace_period(self, obj: Object, requested: int | None) -> int | None:
        """CheckGracefulDelete: what is not scheduled, or has ended, goes at once."""
        spec, phase = obj['spec'], (obj.get('status') or {}).get('phase')
        if not spec.get('nodeName') or phase in ('Failed', 'Succeeded'):
            return 0
        period = spec.get('terminationGracePeriodSeconds', 0) if requested is None else requested
        return 1 if period < 0 else period

    def fields(self, obj: Object) -> dict[str, str]:
        spec, status = obj['spec'], obj.get('status') or {}
        addresses = status.get('podIPs')
        return {
            'spec.nodeName': spec.get('nodeName', ''), 'spec.restartPolicy': spec.get('restartPolicy', ''),
            'spec.schedulerName': spec.get('schedulerName', ''),
            'spec.serviceAccountName': spec.get('serviceAccountName', ''),
            'spec.hostNetwork': 'true' if spec.get('hostNetwork') else 'false',
            'status.phase': status.get('phase', ''),
            'status.podIP': addresses[0].get('ip', '') if addresses else status.get('podIP', ''),
            'status.nominatedNodeName': status.get('nominatedNodeName', ''),
        }

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        return [] if old is not None else warnings.of_pod(obj)

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return printing.row(obj, simulation)
