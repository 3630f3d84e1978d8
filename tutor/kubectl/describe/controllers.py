"""kubectl describe of the controllers of pods: replica sets, replication controllers, stateful sets, daemon sets."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import canonical
from tutor.apimachinery.selectors import format_label_selector, from_label_selector, from_map
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.podtemplate import describe_pod_template
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, format_labels, go_text
from tutor.kubectl.storage import claim_class

PHASES = ('Running', 'Pending', 'Succeeded', 'Failed')


def pods_status(obj: Object, related: Related, selector: str) -> str:
    """getPodStatusForController."""
    phases = [(pod.get('status') or {}).get('phase') for pod in related.owned_pods(obj, selector)]
    running, waiting, succeeded, failed = (phases.count(phase) for phase in PHASES)
    return f'{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed'


def describe_replica_set(rs: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    meta, spec, status = rs['metadata'], rs['spec'], rs.get('status') or {}
    w.field('Name', meta['name'])
    w.field('Namespace', meta.get('namespace', ''))
    w.field('Selector', format_label_selector(spec.get('selector')))
    w.marks(meta)
    w.controlled_by(rs)
    w.field('Replicas', f'{status.get("replicas", 0)} current / {spec.get("replicas", 1)} desired')
    try:
        pods = pods_status(rs, related, str(from_label_selector(spec.get('selector'))))
    except StatusError as error:
        pods = f'error in fetching pods: {error}'
    w.field('Pods Status', pods)
    describe_pod_template(spec.get('template'), w)
    w.conditions(status.get('conditions'))
    describe_events(related.events(rs), w)
    return w.text()


def describe_replication_controller(rc: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    meta, spec, status = rc['metadata'], rc['spec'], rc.get('status') or {}
    w.field('Name', meta['name'])
    w.field('Namespace', meta.get('namespace', ''))
    w.field('Selector', format_labels(spec.get('selector')))
    w.marks(meta)
    w.field('Replicas', f'{status.get("replicas", 0)} current / {spec.get("replicas", 1)} desired')
    w.field('Pods Status', pods_status(rc, related, str(from_map(spec.get('selector')))))
    describe_pod_template(spec.get('template'), w)
    w.conditions(status.get('conditions'))
    describe_events(related.events(rc), w)
    return w.text()


def describe_daemon_set(ds: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    meta, spec, status = ds['metadata'], ds['spec'], ds.get('status') or {}
    selector = str(from_label_selector(spec.get('selector')))
    w.field('Name', meta['name'])
    w.field('Namespace', meta.get('namespace', ''))
    w.field('Selector', selector)
    w.field('Node-Selector', format_labels(spec['template'].get('spec', {}).get('nodeSelector')))
    w.marks(meta)
    for title, field in (('Desired Number of Nodes Scheduled', 'desiredNumberScheduled'),
                         ('Current Number of Nodes Scheduled', 'currentNumberScheduled'),
                         ('Number of Nodes Scheduled with Up-to-date Pods', 'updatedNumberScheduled'),
                         ('Number of Nodes Scheduled with Available Pods', 'numberAvailable'),
                         ('Number of Nodes Misscheduled', 'numberMisscheduled')):
        w.write(0, f'{title}: {status.get(field, 0)}\n')
    w.field('Pods Status', pods_status(ds, related, selector))
    describe_pod_template(spec.get('template'), w)
    describe_events(related.events(ds), w)
    return w.text()


def describe_stateful_set(sts: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    meta, spec, status = sts['metadata'], sts['spec'], sts.get('status') or {}
    selector = str(from_label_selector(spec.get('selector')))
    w.field('Name', meta['name'])
    w.field('Namespace', meta.get('namespace', ''))
    w.created(sts)
    w.field('Selector', selector)
    w.marks(meta)
    w.field('Replicas', f'{spec.get("replicas", 1)} desired | {status.get("replicas", 0)} total')
    strategy = spec.get('updateStrategy') or {}
    w.field('Update Strategy', strategy.get('type', ''))
    rolling = strategy.get('rollingUpdate') or {}
    if rolling.get('partition') is not None:
        w.field('Partition', rolling['partition'], 1)
        if rolling.get('maxUnavailable') is not None:
            w.field('MaxUnavailable', go_text(rolling['maxUnavailable']), 1)
    w.field('Pods Status', pods_status(sts, related, selector))
    describe_pod_template(spec.get('template'), w)
    _claims(spec.get('volumeClaimTemplates') or (), w)
    describe_events(related.events(sts), w)
    return w.text()


def _claims(templates: Sequence[Object], w: PrefixWriter) -> None:
    """describeVolumeClaimTemplates."""
    w.write(0, 'Volume Claims:\n' if templates else 'Volume Claims:\t<none>\n')
    for claim in templates:
        meta, spec = claim.get('metadata') or {}, claim.get('spec') or {}
        w.field('Name', meta.get('name', ''), 1)
        w.field('StorageClass', claim_class(claim), 1)
        w.labels('Labels', meta.get('labels'), '  ')
        w.labels('Annotations', meta.get('annotations'), '  ')
        storage = ((spec.get('resources') or {}).get('requests') or {}).get('storage')
        w.field('Capacity', canonical(storage) if storage else '<default>', 1)
        w.field('Access Modes', spec.get('accessModes') or [], 1)
