"""kubectl describe deployment."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import from_label_selector
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.podtemplate import describe_pod_template
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, go_text, or_none
from tutor.kubectl.rollout.revisions import new_replica_set, old_replica_sets, owned


def describe(deployment: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    meta, spec, status = deployment['metadata'], deployment['spec'], deployment.get('status') or {}
    selector = str(from_label_selector(spec.get('selector')))
    w.field('Name', meta['name'])
    w.field('Namespace', meta.get('namespace', ''))
    w.created(deployment)
    w.marks(meta)
    w.field('Selector', selector)
    counts = [(spec.get('replicas', 1), 'desired')]
    counts += [(status.get(field, 0), word) for field, word in (
        ('updatedReplicas', 'updated'), ('replicas', 'total'), ('availableReplicas', 'available'),
        ('unavailableReplicas', 'unavailable'))]
    w.field('Replicas', ' | '.join(f'{count} {word}' for count, word in counts))
    _strategy(spec, w)
    describe_pod_template(spec.get('template'), w)
    w.conditions(status.get('conditions'))
    _replica_sets(deployment, related, selector, w)
    describe_events(related.events(deployment), w)
    return w.text()


def _strategy(spec: Object, w: PrefixWriter) -> None:
    strategy = spec.get('strategy') or {}
    w.field('StrategyType', strategy.get('type', ''))
    w.field('MinReadySeconds', spec.get('minReadySeconds', 0))
    rolling = strategy.get('rollingUpdate')
    if rolling:
        w.field('RollingUpdateStrategy', f'{go_text(rolling.get("maxUnavailable"))} max unavailable, '
                                         f'{go_text(rolling.get("maxSurge"))} max surge')


def _replica_sets(deployment: Object, related: Related, selector: str, w: PrefixWriter) -> None:
    try:
        found = related.list('replicasets.apps', deployment['metadata'].get('namespace', ''), selector)
    except StatusError:
        return
    mine = owned(found, deployment)
    if mine:
        newest = new_replica_set(deployment, mine)
        w.field('OldReplicaSets', _sets(old_replica_sets(mine, newest)))
        w.field('NewReplicaSet', _sets([newest] if newest else []))


def _sets(replica_sets: Sequence[Object]) -> str:
    """printReplicaSetsByLabels."""
    return or_none(', '.join(
        f'{rs["metadata"]["name"]} ({(rs.get("status") or {}).get("replicas", 0)}/{rs["spec"].get("replicas", 1)} '
        'replicas created)' for rs in replica_sets))
