"""ReplicaSets: as many pods as the spec says (pkg/controller/replicaset). ReplicationControllers work the same way."""

from __future__ import annotations

from typing import NamedTuple

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, controller_of, deleting, key, split_key
from tutor.apimachinery.selectors import Selector
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import indexes, pods
from tutor.cluster.controllers.controller import Controller, batch_delay, namespace_terminating
from tutor.cluster.controllers.expectations import Expectations
from tutor.cluster.controllers.ownership import Claim, matching, owner_key, selector_of
from tutor.cluster.controllers.pod_control import BURST, PodControl, pod_from_template, slow_start
from tutor.cluster.simulation import Simulation


class Seen(NamedTuple):
    """What a set makes of one of its pods."""

    pod: Object
    fits: bool
    active: bool
    terminating: bool
    ready: bool
    labeled: bool


class Judged(NamedTuple):
    """What a set makes of its pods, by their id: a new state of a pod is another object, and judged anew."""

    spec: Object
    """The set's, by which they were judged."""
    pods: dict[int, Seen]


_COUNTS = ('replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'terminatingReplicas')


class ReplicaSetController(Controller):
    """Creates and deletes pods until there are spec.replicas active ones; adopts and releases by the selector."""

    component = 'replicaset-controller'
    resource = 'replicasets.apps'
    kind = 'ReplicaSet'
    counts_terminating = True

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.expectations = Expectations(simulation)
        self.pod_control = PodControl(client, self.recorder)
        self._judged: dict[str, Judged] = {}
        self.sets = indexes.by_controller(self.informer(self.resource))
        self.pods = indexes.by_controller(self.informer('pods'))
        self.sets.on_change(self._set_changed)
        self.pods.on_change(self._pod_changed)

    # -- what differs for ReplicationControllers ------------------------------------------------------------------

    def selector(self, rs: Object) -> Selector:
        return selector_of(rs)

    # -- events -------------------------------------------------------------------------------------------------

    def _set_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None:
            assert old is not None
            self.expectations.delete(key(old))
            self._judged.pop(old['metadata']['uid'], None)
            self.queue.add(key(old))
        elif old is None or deleting(new) or old['metadata'].get('generation') != new['metadata'].get('generation'):
            self.queue.add(key(new))
        else:
            self._enqueue(key(new))  # most often our own status: it can wait for the next pods

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if old is not None:
            self._forget(old)
        if new is None or deleting(new):
            gone = new or old
            assert gone is not None
            owner = owner_key(gone, self.kind)
            if owner:
                self.expectations.deletion_observed(owner, key(gone))
                self._enqueue(owner)
            return
        owner = owner_key(new, self.kind)
        if old is not None:
            before = owner_key(old, self.kind)
            if before and before != owner:
                self._enqueue(before)
        elif owner:
            self.expectations.creation_observed(owner)
        if owner:
            self._enqueue(owner)
        elif controller_of(new) is None and self._adoptable_now(old, new):
            for rs in matching(self.sets, new, self.selector):
                self.queue.add(key(rs))

    def _forget(self, pod: Object) -> None:
        """What was made of a state of a pod that is past."""
        owner = controller_of(pod)
        judged = self._judged.get(owner['uid']) if owner is not None else None
        if judged is not None:
            judged.pods.pop(id(pod), None)

    def _adoptable_now(self, old: Object | None, new: Object) -> bool:
        return old is None or old['metadata'].get('labels') != new['metadata'].get('labels') or (
            controller_of(old) is not None)

    def _enqueue(self, owner: str) -> None:
        rs = self.sets.objects.get(owner)
        self.postpone(owner, batch_delay(rs['spec'].get('replicas', 1) if rs is not None else 0))

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        """syncReplicaSet."""
        rs = self.sets.objects.get(key)
        if rs is None:
            self.expectations.delete(key)
            return
        needs_sync = self.expectations.satisfied(key)
        space, _ = split_key(key)
        mine = self._look(rs, indexes.owned(self.pods, rs))
        active = [seen for seen in mine if seen.active and seen.fits]
        active += self._look(rs, self._claim(rs, mine, indexes.orphans(self.pods, space)))
        error = None
        difference = len(active) - rs['spec'].get('replicas', 1)
        if needs_sync and not deleting(rs):
            error = self._manage_replicas(key, rs, [seen.pod for seen in active], difference)
        status = self._status(rs, active, mine, difference, error)
        self._write_status(rs, status)
        if error is not None:
            raise error
        self._wait_for_availability(key, rs, status, active)

    def _look(self, rs: Object, found: list[Object]) -> list[Seen]:
        """Judge pods, each once for each state of it: of a thousand few change at a time."""
        uid, spec = rs['metadata']['uid'], rs['spec']
        judged = self._judged.get(uid)
        if judged is None or judged.spec is not spec:
            judged = self._judged[uid] = Judged(spec, {})
        known = judged.pods
        for pod in [pod for pod in found if id(pod) not in known]:
            known[id(pod)] = self._judge(rs, pod)
        return [known[id(pod)] for pod in found]

    def _judge(self, rs: Object, pod: Object) -> Seen:
        labels = pod['metadata'].get('labels') or {}
        wanted = (rs['spec'].get('template', {}).get('metadata') or {}).get('labels') or {}
        return Seen(pod, self.selector(rs).matches(labels), pods.is_active(pod), pods.is_terminating(pod),
                    pods.is_ready(pod), wanted.items() <= labels.items())

    def _claim(self, rs: Object, mine: list[Seen], orphans: list[Object]) -> list[Object]:
        """claimPods, for those about which there is something to do: the set's own that no longer fit are released,
        orphans that fit are adopted. The pods that were adopted."""
        unsettled = [seen.pod for seen in mine if seen.active and not seen.fits]
        unsettled += [pod for pod in orphans if pods.is_active(pod)]
        if not unsettled:
            return []
        return Claim(self.client, self.resource, rs, self.selector(rs), 'pods').sort_out(unsettled)

    def _manage_replicas(self, key: str, rs: Object, active: list[Object], difference: int) -> StatusError | None:
        if difference < 0:
            return self._create(key, rs, min(-difference, BURST))
        if difference > 0:
            return self._delete(key, rs, active, min(difference, BURST))
        return None

    def _create(self, key: str, rs: Object, count: int) -> StatusError | None:
        self.expectations.expect_creations(key, count)
        template = pod_from_template(rs['spec']['template'], rs)

        def create() -> None:
            try:
                self.pod_control.create(template, rs)
            except StatusError as error:
                if not namespace_terminating(error):
                    raise

        made, error = slow_start(count, create)
        for _ in range(count - made):
            self.expectations.creation_observed(key)
        return error

    def _delete(self, where: str, rs: Object, active: list[Object], count: int) -> StatusError | None:
        chosen = active if count >= len(active) else self._choose(rs, active)[:count]
        self.expectations.expect_deletions(where, [key(pod) for pod in chosen])
        failed = None
        for pod in chosen:
            try:
                self.pod_control.delete(pod, rs)
            except StatusError as error:
                self.expectations.deletion_observed(where, key(pod))
                if error.code != 404:
                    failed = failed or error
        return failed

    def _choose(self, rs: Object, active: list[Object]) -> list[Object]:
        """getPodsRankedByRelatedPodsOnSameNode: related are the active pods of all sets of the same owner."""
        owner = controller_of(rs)
        related = active
        if owner is not None:
            sets = self.sets.by_index(indexes.CONTROLLER, owner['uid'])
            related = [pod for other in sets for pod in indexes.owned(self.pods, other) if pods.is_active(pod)]
        ranks: dict[str, int] = {}
        for pod in related:
            node = pod['spec'].get('nodeName', '')
            ranks[node] = ranks.get(node, 0) + 1
        return pods.by_deletion_preference(active, ranks, self.seconds())

    # -- status -------------------------------------------------------------------------------------------------

    def _status(self, rs: Object, active: list[Seen], mine: list[Seen], difference: int,
                error: StatusError | None) -> Object:
        """calculateStatus, its fields in the order of the API's type; counts of nothing are left out."""
        min_ready, now = rs['spec'].get('minReadySeconds', 0), self.seconds()
        labeled = sum([seen.labeled for seen in active])
        ready = available = sum([seen.ready for seen in active])
        if min_ready:
            available = sum(seen.ready and pods.is_available(seen.pod, min_ready, now) for seen in active)
        status: Object = {'replicas': len(active)}
        for field, count in (('fullyLabeledReplicas', labeled), ('readyReplicas', ready),
                             ('availableReplicas', available)):
            if count:
                status[field] = count
        if self.counts_terminating:
            status['terminatingReplicas'] = sum([seen.terminating for seen in mine])
        observed = rs['metadata'].get('generation')
        if observed:
            status['observedGeneration'] = observed
        conditions = self._conditions(rs, difference, error)
        if conditions:
            status['conditions'] = conditions
        return status

    def _conditions(self, rs: Object, difference: int, error: StatusError | None) -> list[Object]:
        old = rs.get('status', {}).get('conditions') or []
        failed = any(entry['type'] == 'ReplicaFailure' for entry in old)
        if error is not None and not failed:
            reason = 'FailedCreate' if difference < 0 else 'FailedDelete'
            return [*old, {'type': 'ReplicaFailure', 'status': 'True',
                           'lastTransitionTime': self.simulation.timestamp(), 'reason': reason,
                           'message': error.message}]
        if error is None and failed:
            return [entry for entry in old if entry['type'] != 'ReplicaFailure']
        return old

    def _write_status(self, rs: Object, status: Object) -> None:
        """updateReplicaSetStatus: only when something differs."""
        old = rs.get('status', {})
        same = all(old.get(field, 0) == status.get(field, 0) for field in _COUNTS)
        if same and (old.get('conditions') or []) == (status.get('conditions') or []) and (
                old.get('observedGeneration', 0) == status.get('observedGeneration', 0)):
            return
        self.client.update_status(self.resource, {**rs, 'status': status})

    def _wait_for_availability(self, key: str, rs: Object, status: Object, active: list[Seen]) -> None:
        min_ready = rs['spec'].get('minReadySeconds', 0)
        if not min_ready or status.get('readyReplicas') == status.get('availableReplicas'):
            return
        wait = pods.next_available([seen.pod for seen in active], min_ready, self.seconds())
        if wait is not None:
            self.queue.add_after(key, wait)
