"""StatefulSets: pods with names that stay, made and removed in order (pkg/controller/statefulset)."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, controller_of, deleting, key
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import history, indexes, pods
from tutor.cluster.controllers import statefulset_pods as members
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.ownership import Claim, owner_key, selector_of
from tutor.cluster.controllers.pod_control import slow_start
from tutor.cluster.controllers.statefulset_claims import Claims
from tutor.cluster.controllers.written import Written
from tutor.cluster.simulation import Simulation

RESOURCE = 'statefulsets.apps'
STALE = 1.0
"""Seconds until a claim that goes with the pod before is looked at again: no event tells of its end."""


class _Round:
    """One reconcile: the set, its revisions, and the status it comes to."""

    def __init__(self, sts: Object, current: Object, update: Object, collisions: int) -> None:
        self.sts = sts
        self.current = current
        self.update = update
        self.collisions = collisions
        self.status: Object = {}

    @property
    def monotonic(self) -> bool:
        return not members.parallel(self.sts)

    def name(self, which: Object) -> str:
        return which['metadata']['name']


class StatefulSetController(Controller):
    """Creates pods 0 to N-1 one after the other, each when the one before is ready; removes and updates from the
    last to the first."""

    component = 'statefulset-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.sets = self.informer(RESOURCE)
        self.pods = indexes.by_controller(self.informer('pods'))
        self.revisions = indexes.by_controller(self.informer(history.RESOURCE))
        self.claims = Claims(client, self.recorder, self.informer('persistentvolumeclaims'))
        self.written = Written(self.pods)
        self.sets.on_change(lambda old, new: self.queue.add(key(new or old or {})))
        self.pods.on_change(self._pod_changed)

    # -- events -------------------------------------------------------------------------------------------------

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None and old is not None:
            self.written.seen_gone(old)
        for pod in (old, new):
            if owner := owner_key(pod, 'StatefulSet'):
                self.queue.add(owner)
        if new is not None and controller_of(new) is None and not deleting(new):
            match = new['metadata']['name'].rpartition('-')[0]
            if match and self.sets.get(new['metadata']['namespace'], match) is not None:
                self.queue.add(f'{new["metadata"]["namespace"]}/{match}')

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        """sync."""
        sts = self.sets.objects.get(key)
        if sts is None:
            return
        if self.written.behind(key):
            self.postpone(key, 0.005)
            return
        selector = selector_of(sts)
        candidates = [pod for pod in (*indexes.owned(self.pods, sts),
                                      *indexes.orphans(self.pods, sts['metadata']['namespace']))
                      if members.is_member(sts, pod)]
        mine = Claim(self.client, RESOURCE, sts, selector, 'pods').sort_out(candidates)
        current, update, revisions, collisions = self._revisions(sts)
        turn = _Round(sts, current, update, collisions)
        try:
            self._update(key, turn, mine)
        finally:
            self._write_status(turn)
        live = {turn.name(current), turn.name(update)} | {members.revision_of(pod) for pod in mine}
        history.clean(self.client, revisions, live, sts['spec'].get('revisionHistoryLimit', 10))
        self._wait_for_availability(key, sts, mine)

    def _revisions(self, sts: Object) -> tuple[Object, Object, list[Object], int]:
        """getStatefulSetRevisions: the one most pods have, the one they are to have, all, and how often the name of one
        was taken."""
        known = indexes.owned(self.revisions, sts)
        loose = indexes.orphans(self.revisions, sts['metadata']['namespace'])
        if loose:
            selector = selector_of(sts)
            known += Claim(self.client, RESOURCE, sts, selector, history.RESOURCE).sort_out(loose)
        status = sts.get('status', {})
        collisions = status.get('collisionCount') or 0
        while True:
            try:
                update, every = history.ensure_current(self.client, sts, known, collisions)
                break
            except StatusError as error:
                if error.reason != 'AlreadyExists':
                    raise
                collisions += 1
        name = status.get('currentRevision')
        current = next((item for item in every if item['metadata']['name'] == name), update)
        return current, update, every, collisions

    def _update(self, where: str, turn: _Round, mine: list[Object]) -> None:
        """updateStatefulSet."""
        sts = turn.sts
        first, count = members.start_of(sts), sts['spec'].get('replicas', 1)
        by_number = {members.ordinal(pod): pod for pod in mine}
        condemned = [by_number[n] for n in sorted(by_number, reverse=True) if not first <= n < first + count]
        self._count(turn, mine)
        if deleting(sts):
            return
        replicas = [by_number.get(n) or self._wanted(turn, n) for n in range(first, first + count)]
        unhealthy = next((pod for pod in replicas if not self._healthy(sts, pod)), None) or next(
            (pod for pod in reversed(condemned) if not self._healthy(sts, pod)), None)
        if (self._for_all(turn, replicas, lambda pod: self._process(where, turn, pod))
                or self._for_all(turn, condemned, lambda pod: self.claims.follow_policy(sts, pod))
                or self._for_all(turn, condemned, lambda pod: self._process_condemned(where, turn, pod, unhealthy))):
            return
        if sts['spec'].get('updateStrategy', {}).get('type', 'RollingUpdate') == 'RollingUpdate':
            self._roll(where, turn, replicas)

    def _for_all(self, turn: _Round, chosen: list[Object], step: Callable[[Object], bool | None]) -> bool:
        """runForAll: whether the round ends with one of these pods. Without an order none waits for another."""
        if turn.monotonic:
            return any(step(pod) for pod in chosen)
        left = iter(chosen)

        def one() -> None:
            step(next(left))

        _, problem = slow_start(len(chosen), one)
        if problem is not None:
            raise problem
        return False

    def _wanted(self, turn: _Round, number: int) -> Object:
        """newVersionedStatefulSetPod: a pod below the partition, or not yet updated, comes back as it was."""
        strategy = turn.sts['spec'].get('updateStrategy') or {}
        kept = 0
        if strategy.get('rollingUpdate') is not None:
            kept = strategy['rollingUpdate'].get('partition', 0)
        elif strategy.get('type', 'RollingUpdate') == 'RollingUpdate':
            kept = turn.sts.get('status', {}).get('currentReplicas', 0)
        revision = turn.current if number < members.start_of(turn.sts) + kept else turn.update
        kept_template = history.template_of(revision) or turn.sts['spec']['template']  # ApplyRevision
        template = {name: value for name, value in kept_template.items() if name != '$patch'}
        return members.new_pod(turn.sts, template, turn.name(revision), number)

    def _healthy(self, sts: Object, pod: Object) -> bool:
        """isRunningAndAvailable, and not on the way out."""
        return members.is_created(pod) and not deleting(pod) and members.is_ready(pod) and pods.is_available(
            pod, sts['spec'].get('minReadySeconds', 0), self.seconds())

    def _process(self, where: str, turn: _Round, pod: Object) -> bool:
        """processReplica: whether this round ends here."""
        sts = turn.sts
        if not members.is_created(pod):
            if self.claims.is_stale(sts, pod):
                self.postpone(where, STALE)
                return True
            self._create(where, turn, pod)
            return turn.monotonic
        if pods.is_terminal(pod):
            if not deleting(pod):
                self._delete(where, sts, pod)
            return True
        if pods.phase(pod) == 'Pending':
            self.claims.create(sts, pod)
            self.claims.follow_policy(sts, pod)
        if turn.monotonic and not self._healthy(sts, pod):
            return True
        if not (members.identity_matches(pod) and members.storage_matches(sts, pod)
                and self.claims.match_policy(sts, pod)):
            self._update_pod(where, sts, pod)
        return False

    def _process_condemned(self, where: str, turn: _Round, pod: Object, unhealthy: Object | None) -> bool:
        """processCondemned."""
        if deleting(pod):
            return turn.monotonic
        if turn.monotonic and not self._healthy(turn.sts, pod) and pod is not unhealthy:
            return True
        self._delete(where, turn.sts, pod)
        return turn.monotonic

    def _roll(self, where: str, turn: _Round, replicas: list[Object]) -> None:
        """The end of updateStatefulSet: from the last pod down to the partition, each when those above are well."""
        rolling = (turn.sts['spec'].get('updateStrategy') or {}).get('rollingUpdate') or {}
        for pod in reversed(replicas[rolling.get('partition', 0):]):
            outdated = members.revision_of(pod) != turn.name(turn.update)
            if outdated and not deleting(pod) and members.is_created(pod):
                self._delete(where, turn.sts, pod)
                turn.status['currentReplicas'] = max(turn.status.get('currentReplicas', 0) - 1, 0)
                return
            if not self._healthy(turn.sts, pod):
                return

    # -- pods ---------------------------------------------------------------------------------------------------

    def _create(self, where: str, turn: _Round, pod: Object) -> None:
        """CreateStatefulPod: the claims, then the pod."""
        sts = turn.sts
        try:
            self.claims.create(sts, pod)
            made = self.client.create('pods', pod)
        except StatusError as error:
            if error.reason != 'AlreadyExists':
                self._tell(sts, 'Create', pod, error)
            raise
        self._tell(sts, 'Create', pod)
        self.written.wrote(where, made)
        self.claims.follow_policy(sts, made)

    def _update_pod(self, where: str, sts: Object, pod: Object) -> None:
        """UpdateStatefulPod: the identity, the storage, and the owners of the claims."""
        try:
            if not members.storage_matches(sts, pod):
                self.claims.create(sts, pod)
            self.claims.follow_policy(sts, pod)
            updated = self.client.update('pods', members.with_identity(sts, pod))
        except StatusError as error:
            if error.reason != 'Conflict':
                self._tell(sts, 'Update', pod, error)
            raise
        self._tell(sts, 'Update', pod)
        self.written.wrote(where, updated)

    def _delete(self, where: str, sts: Object, pod: Object) -> None:
        try:
            left = self.client.delete('pods', pod['metadata']['name'], pod['metadata']['namespace'])
        except StatusError as error:
            if error.code == 404:
                return
            self._tell(sts, 'Delete', pod, error)
            raise
        self._tell(sts, 'Delete', pod)
        if 'deletionTimestamp' in left.get('metadata', {}):
            self.written.wrote(where, left)
        else:
            self.written.deleted(where, pod)

    def _tell(self, sts: Object, verb: str, pod: Object, error: StatusError | None = None) -> None:
        """recordPodEvent."""
        text = f'{verb} Pod {pod["metadata"]["name"]} in StatefulSet {sts["metadata"]["name"]}'
        if error is None:
            self.event(sts, 'Normal', f'Successful{verb}', f'{text} successful')
        else:
            self.event(sts, 'Warning', f'Failed{verb}', f'{text} failed error: {error.message}')

    # -- status -------------------------------------------------------------------------------------------------

    def _count(self, turn: _Round, mine: list[Object]) -> None:
        """updateStatus."""
        sts, counts = turn.sts, turn.status
        fields = ('replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas')
        counts.update(dict.fromkeys(fields, 0))
        for pod in mine:
            counts['replicas'] += 1
            counts['readyReplicas'] += members.is_ready(pod)
            counts['availableReplicas'] += members.is_ready(pod) and pods.is_available(
                pod, sts['spec'].get('minReadySeconds', 0), self.seconds())
            if not deleting(pod):
                revision = members.revision_of(pod)
                counts['currentReplicas'] += revision == turn.name(turn.current)
                counts['updatedReplicas'] += revision == turn.name(turn.update)

    def _write_status(self, turn: _Round) -> None:
        """completeRollingUpdate and updateStatefulSetStatus."""
        sts, counts = turn.sts, turn.status
        if 'replicas' not in counts:
            return
        current = turn.name(turn.current)
        strategy = sts['spec'].get('updateStrategy', {}).get('type', 'RollingUpdate')
        wanted = sts['spec'].get('replicas', 1)
        if strategy == 'RollingUpdate' and counts['updatedReplicas'] == wanted == counts['readyReplicas'] == (
                counts['replicas']):
            current = turn.name(turn.update)
            counts['currentReplicas'] = counts['updatedReplicas']
        old = sts.get('status', {})
        status: Object = {'observedGeneration': sts['metadata'].get('generation', 0), 'replicas': counts['replicas']}
        for field in ('readyReplicas', 'currentReplicas', 'updatedReplicas'):
            if counts[field]:
                status[field] = counts[field]
        status['currentRevision'], status['updateRevision'] = current, turn.name(turn.update)
        status['collisionCount'] = turn.collisions
        if old.get('conditions'):
            status['conditions'] = old['conditions']
        status['availableReplicas'] = counts['availableReplicas']
        if any(old.get(field) != status.get(field) for field in {*old, *status}):
            self.client.update_status(RESOURCE, {**sts, 'status': status})

    def _wait_for_availability(self, where: str, sts: Object, mine: list[Object]) -> None:
        min_ready = sts['spec'].get('minReadySeconds', 0)
        wait = pods.next_available(mine, min_ready, self.seconds()) if min_ready else None
        if wait is not None:
            self.postpone(where, wait + 0.001)
