"""DaemonSets: one pod on every node that fits (pkg/controller/daemon)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, controller_of, deleting, key
from tutor.client.backoff import Backoff
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import daemonset_nodes as nodes_for
from tutor.cluster.controllers import daemonset_update as updates
from tutor.cluster.controllers import history, indexes, pods
from tutor.cluster.controllers.controller import Controller, batch_delay, namespace_terminating
from tutor.cluster.controllers.daemonset_history import tidy
from tutor.cluster.controllers.expectations import Expectations
from tutor.cluster.controllers.ownership import Claim, matching, owner_key, selector_of
from tutor.cluster.controllers.pod_control import PodControl, slow_start
from tutor.cluster.simulation import Simulation

RESOURCE, KIND = 'daemonsets.apps', 'DaemonSet'
BURST = 250
_COUNTS: tuple[str, ...] = ('currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady',
           'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable', 'observedGeneration', 'collisionCount')

ByNode = dict[str, list[Object]]


class DaemonSetController(Controller):
    """Creates and deletes the pods of each DaemonSet node by node, and updates them a few at a time."""

    component = 'daemonset-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.expectations = Expectations(simulation)
        self.pod_control = PodControl(client, self.recorder)
        self.sets = self.informer(RESOURCE)
        self.pods = indexes.by_controller(self.informer('pods'))
        self.nodes = self.informer('nodes')
        self.revisions = indexes.by_controller(self.informer(history.RESOURCE))
        self._failures = Backoff(1.0, 900.0)
        self.sets.on_change(self._set_changed)
        self.pods.on_change(self._pod_changed)
        self.nodes.on_change(self._node_changed)

    # -- events -------------------------------------------------------------------------------------------------

    def _set_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None and old is not None:
            self.expectations.delete(key(old))
        self.queue.add(key(new or old or {}))

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None or (old is not None and nodes_for.same_for_daemons(old, new)):
            return
        for ds in self.sets.list():
            if self._concerns(ds, new):
                self._enqueue(key(ds))

    def _concerns(self, ds: Object, node: Object) -> bool:
        """syncNodeUpdate: a pod is to come or to go, or may no longer be out of its place. A pod that may stay where no
        new one would come is not looked at before something else happens."""
        should_run, may_stay = nodes_for.should_run(ds, node)
        scheduled = any(pod['spec'].get('nodeName') == node['metadata']['name'] for pod in indexes.owned(self.pods, ds))
        if not scheduled:
            return should_run
        return not may_stay or ds.get('status', {}).get('numberMisscheduled', 0) > 0

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None or deleting(new):
            gone = new or old
            assert gone is not None
            owner = owner_key(gone, KIND)
            if owner:
                self.expectations.deletion_observed(owner, key(gone))
                self._enqueue(owner)
            return
        owner, before = owner_key(new, KIND), owner_key(old, KIND)
        if before and before != owner:
            self._enqueue(before)
        if owner:
            if old is None:
                self.expectations.creation_observed(owner)
            self._enqueue(owner)
        elif controller_of(new) is None and (
                old is None or before or old['metadata'].get('labels') != new['metadata'].get('labels')):
            for ds in matching(self.sets, new, selector_of):
                self.queue.add(key(ds))

    def _enqueue(self, owner: str) -> None:
        self.postpone(owner, batch_delay(len(self.nodes.objects)))

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        """syncDaemonSet."""
        ds = self.sets.objects.get(key)
        if ds is None:
            self.expectations.delete(key)
            return
        selector = selector_of(ds)
        if selector.empty:
            self.event(ds, 'Warning', 'SelectingAll',
                       'This daemon set is selecting all pods. A non-empty selector is required.')
            return
        if deleting(ds):
            return
        current, revisions = self._revisions(ds)
        by_node = self._pods_by_node(ds)
        if not self.expectations.satisfied(key):
            self._update_status(ds, history.hash_of(current), by_node)
            return
        self._manage(key, ds, history.hash_of(current), by_node)
        if self.expectations.satisfied(key):
            self._roll(key, ds, history.hash_of(current), self._pods_by_node(ds))
        self._clean_history(ds, revisions)
        self._update_status(ds, history.hash_of(current), self._pods_by_node(ds))

    def _revisions(self, ds: Object) -> tuple[Object, list[Object]]:
        """constructHistory; a collision of names counts up and tries again."""
        known = indexes.owned(self.revisions, ds)
        known += self._adopt_revisions(ds)
        known = tidy(self.client, ds, known, indexes.owned(self.pods, ds))
        count = ds.get('status', {}).get('collisionCount')
        try:
            return history.ensure_current(self.client, ds, known, count)
        except StatusError as error:
            if error.reason == 'AlreadyExists':
                status = {**ds.get('status', {}), 'collisionCount': (count or 0) + 1}
                self.client.update_status(RESOURCE, {**ds, 'status': status})
            raise

    def _adopt_revisions(self, ds: Object) -> list[Object]:
        selector = selector_of(ds)
        orphans = indexes.orphans(self.revisions, ds['metadata']['namespace'])
        return Claim(self.client, RESOURCE, ds, selector, history.RESOURCE).sort_out(orphans) if orphans else []

    def _clean_history(self, ds: Object, revisions: list[Object]) -> None:
        """cleanupHistory."""
        live = {(pod['metadata'].get('labels') or {}).get(history.REVISION_LABEL, '')
                for pod in indexes.owned(self.pods, ds)}
        live.add(history.hash_of(revisions[-1]))
        history.clean(self.client, revisions, live, ds['spec'].get('revisionHistoryLimit', 10), len(revisions) - 1)

    def _pods_by_node(self, ds: Object) -> ByNode:
        """getNodesToDaemonPods: pods that wait for the scheduler count for the node they ask for; nothing is left to do
        about those that have ended and are being deleted."""
        candidates = [*indexes.owned(self.pods, ds), *indexes.orphans(self.pods, ds['metadata']['namespace'])]
        selector = selector_of(ds)
        found: ByNode = {}
        for pod in Claim(self.client, RESOURCE, ds, selector, 'pods').sort_out(candidates):
            if not (pods.is_terminal(pod) and deleting(pod)):
                found.setdefault(nodes_for.node_of(pod), []).append(pod)
        return found

    def _manage(self, where: str, ds: Object, revision: str, by_node: ByNode) -> None:
        """manage."""
        needing: list[str] = []
        leaving: list[Object] = []
        for name, node in self.nodes.objects.items():
            self._sort_node(ds, revision, node, by_node.get(name, []), needing, leaving)
        leaving += [pod for name, group in by_node.items() if name not in self.nodes.objects
                    for pod in group if not pod['spec'].get('nodeName') and not deleting(pod)]
        self._sync_nodes(where, ds, revision, leaving, needing)

    def _sort_node(self, ds: Object, revision: str, node: Object, here: list[Object], needing: list[str],
                   leaving: list[Object]) -> None:
        """podsShouldBeOnNode."""
        should_run, may_stay = nodes_for.should_run(ds, node)
        if should_run and not here:
            needing.append(node['metadata']['name'])
            return
        if not may_stay:
            leaving += [pod for pod in here if not deleting(pod)]
            return
        running = []
        for pod in here:
            if deleting(pod):
                continue
            phase = pods.phase(pod)
            if phase == 'Failed' and self._is_backing_off(ds, node['metadata']['name']):
                continue
            if phase in ('Failed', 'Succeeded'):
                self._tell_ended(ds, pod, phase, node['metadata']['name'])
                leaving.append(pod)
            else:
                running.append(pod)
        if not running and should_run and updates.max_surge(ds, 1):
            needing.append(node['metadata']['name'])
        leaving += updates.surplus(ds, revision, running, self.seconds())

    def _is_backing_off(self, ds: Object, node: str) -> bool:
        """Whether a failed pod is to stay yet a while: a kubelet that rejects pods would else be flooded."""
        generation, now = ds.get('status', {}).get('observedGeneration', 0), self.simulation.now
        name = f'{ds["metadata"]["uid"]}/{generation}/{node}'
        if self._failures.waits_since_update(name, now):
            self.postpone(key(ds), self._failures.get(name))
            return True
        self._failures.next(name, now)
        return False

    def _tell_ended(self, ds: Object, pod: Object, phase: str, node: str) -> None:
        name = f'{pod["metadata"]["namespace"]}/{pod["metadata"]["name"]}'
        if phase == 'Failed':
            self.event(ds, 'Warning', 'FailedDaemonPod',
                       f'Found failed daemon pod {name} on node {node}, will try to kill it')
        else:
            self.event(ds, 'Normal', 'SucceededDaemonPod',
                       f'Found succeeded daemon pod {name} on node {node}, will try to delete it')

    def _sync_nodes(self, where: str, ds: Object, revision: str, leaving: list[Object], needing: list[str]) -> None:
        """syncNodes."""
        needing, leaving = needing[:BURST], leaving[:BURST]
        if not needing and not leaving:
            return
        self.expectations.expect_creations(where, len(needing))
        self.expectations.raise_deletions(where, [key(pod) for pod in leaving])
        names = iter(needing)

        def create() -> None:
            try:
                self.pod_control.create(nodes_for.pod_for(ds, revision, next(names)), ds)
            except StatusError as error:
                if not namespace_terminating(error):
                    raise

        made, problem = slow_start(len(needing), create)
        for _ in range(len(needing) - made):
            self.expectations.creation_observed(where)
        for pod in leaving:
            problem = self._delete(where, ds, pod) or problem
        if problem is not None:
            raise problem

    def _delete(self, where: str, ds: Object, pod: Object) -> StatusError | None:
        try:
            self.pod_control.delete(pod, ds)
        except StatusError as error:
            self.expectations.deletion_observed(where, key(pod))
            return None if error.code == 404 else error
        return None

    def _roll(self, where: str, ds: Object, revision: str, by_node: ByNode) -> None:
        """rollingUpdate; OnDelete does nothing."""
        if ds['spec'].get('updateStrategy', {}).get('type', 'RollingUpdate') != 'RollingUpdate':
            return
        wanted = [name for name, node in self.nodes.objects.items() if nodes_for.should_run(ds, node)[0]]
        here = {name: by_node.get(name, []) for name in self.nodes.objects if name in wanted or name in by_node}
        leaving, needing = updates.plan(ds, revision, {**here, **by_node}, wanted, self.seconds())
        self._sync_nodes(where, ds, revision, leaving, needing)

    # -- status -------------------------------------------------------------------------------------------------

    def _update_status(self, ds: Object, revision: str, by_node: ByNode) -> None:
        """updateDaemonSetStatus."""
        counts: dict[str, int] = dict.fromkeys(_COUNTS, 0)
        min_ready, now = ds['spec'].get('minReadySeconds', 0), self.seconds()
        for name, node in self.nodes.objects.items():
            here = by_node.get(name, [])
            if not nodes_for.should_run(ds, node)[0]:
                counts['numberMisscheduled'] += bool(here)
                continue
            counts['desiredNumberScheduled'] += 1
            if not here:
                continue
            counts['currentNumberScheduled'] += 1
            pod = min(here, key=updates.by_creation_and_phase)
            if pods.is_ready(pod):
                counts['numberReady'] += 1
                counts['numberAvailable'] += pods.is_available(pod, min_ready, now)
            counts['updatedNumberScheduled'] += updates.is_updated(ds, pod, revision)
        counts['numberUnavailable'] = counts['desiredNumberScheduled'] - counts['numberAvailable']
        self._write_status(ds, counts)
        if not min_ready:
            return
        wait = pods.next_available((pod for here in by_node.values() for pod in here), min_ready, now)
        if wait is not None:
            self.postpone(key(ds), wait + 0.001)

    def _write_status(self, ds: Object, counts: dict[str, int]) -> None:
        old = ds.get('status', {})
        counts['observedGeneration'] = ds['metadata'].get('generation', 0)
        counts['collisionCount'] = old.get('collisionCount', 0)
        if all(old.get(name, 0) == count for name, count in counts.items()):
            return
        always = ('currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady')
        status: Object = {name: count for name, count in counts.items() if count or name in always}
        if old.get('conditions'):
            status['conditions'] = old['conditions']
        self.client.update_status(RESOURCE, {**ds, 'status': status})
