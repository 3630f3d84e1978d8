"""Deployments: roll from one ReplicaSet to the next (pkg/controller/deployment)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.hashing import compute_hash
from tutor.apimachinery.objects import Object, annotations, condition, controller_of, deleting, key, owner_reference
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import deployment_rollback as rollback
from tutor.cluster.controllers import deployment_status as statuses
from tutor.cluster.controllers import indexes, pods, revisions
from tutor.cluster.controllers.controller import Controller, namespace_terminating
from tutor.cluster.controllers.deployment_scale import Scaler
from tutor.cluster.controllers.ownership import Claim, matching, owner_key, selector_of
from tutor.cluster.controllers.revisions import replicas
from tutor.cluster.simulation import Simulation

DEPLOYMENTS, KIND = 'deployments.apps', 'Deployment'
SETS = 'replicasets.apps'


class DeploymentController(Controller):
    """Creates a ReplicaSet for each pod template and scales the new one up and the old ones down."""

    component = 'deployment-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.scaler = Scaler(client, self.event)
        self.deployments = self.informer(DEPLOYMENTS)
        self.sets = indexes.by_controller(self.informer(SETS))
        self.pods = indexes.by_controller(self.informer('pods'))
        self.deployments.on_change(lambda old, new: self.queue.add(key(new or old or {})))
        self.sets.on_change(self._set_changed)
        self.pods.on_change(self._pod_changed)

    # -- events -------------------------------------------------------------------------------------------------

    def _set_changed(self, old: Object | None, new: Object | None) -> None:
        for rs in (old, new):
            if owner := owner_key(rs, KIND):
                self.queue.add(owner)
        if new is not None and controller_of(new) is None:
            for deployment in matching(self.deployments, new, selector_of):
                self.queue.add(key(deployment))

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        """deletePod: a Recreate deployment goes on when its last old pod has gone."""
        if new is not None:
            return
        assert old is not None
        owner = controller_of(old)
        rs = self.sets.get(old['metadata']['namespace'], owner['name']) if owner is not None else None
        deployment = self.deployments.objects.get(owner_key(rs, KIND))
        if deployment is not None and not revisions.is_rolling(deployment):
            self.queue.add(key(deployment))

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        """syncDeployment."""
        deployment = self.deployments.objects.get(key)
        if deployment is None:
            return
        selector = selector_of(deployment)
        if selector.empty:
            self.event(deployment, 'Warning', 'SelectingAll',
                       'This deployment is selecting all pods. A non-empty selector is required.')
            return
        candidates = [*indexes.owned(self.sets, deployment),
                      *indexes.orphans(self.sets, deployment['metadata']['namespace'])]
        sets = Claim(self.client, DEPLOYMENTS, deployment, selector, SETS).sort_out(candidates)
        if deleting(deployment):
            new, old = self._new_and_old(deployment, sets)
            self._write_status(deployment, statuses.calculate(deployment, [*old, *_some(new)], new, self._now()))
            return
        deployment = self._mark_pause(deployment)
        if deployment['spec'].get('paused'):
            self._rescale(deployment, sets)
        elif rollback.wanted(deployment) is not None:
            deployment, new, old = self._sync_revision(deployment, sets, True)
            rollback.roll_back(self.client, self.event, deployment, [*old, *_some(new)])
        elif self._scaling_event(deployment, sets):
            self._rescale(deployment, sets)
        elif revisions.is_rolling(deployment):
            self._roll(deployment, sets)
        else:
            self._recreate(deployment, sets)

    def _rescale(self, deployment: Object, sets: list[Object]) -> None:
        """`sync`: scaling and pausing, without going on with a rollout."""
        deployment, new, old = self._sync_revision(deployment, sets, False)
        self.scaler.rescale(deployment, new, old)
        if deployment['spec'].get('paused') and rollback.wanted(deployment) is None:
            self._clean_history(deployment, old)
        status = statuses.calculate(deployment, [*old, *_some(new)], new, self._now())
        self._write_status(deployment, status)

    def _roll(self, deployment: Object, sets: list[Object]) -> None:
        """rolloutRolling."""
        deployment, new, old = self._sync_revision(deployment, sets, True)
        assert new is not None
        every = [*old, new]
        if not self.scaler.grow_new(every, new, deployment) and not self.scaler.shrink_old(
                every, revisions.active(old), new, deployment) and statuses.complete(
                deployment, deployment.get('status') or {}):
            self._clean_history(deployment, old)
        self._sync_rollout_status(deployment, every, new)

    def _recreate(self, deployment: Object, sets: list[Object]) -> None:
        """rolloutRecreate."""
        deployment, new, old = self._sync_revision(deployment, sets, False)
        removed = self.scaler.remove_old(revisions.active(old), deployment)
        if removed or self._old_pods_running(old):
            self._sync_rollout_status(deployment, [*old, *_some(new)], new)
            return
        if new is None:
            deployment, new, old = self._sync_revision(deployment, sets, True)
            assert new is not None
        self.scaler.resize(new, replicas(deployment), deployment)
        if statuses.complete(deployment, deployment.get('status') or {}):
            self._clean_history(deployment, old)
        self._sync_rollout_status(deployment, [*old, new], new)

    def _old_pods_running(self, old: list[Object]) -> bool:
        """oldPodsRunning: pods that are being deleted count until they have gone."""
        return any(not pods.is_terminal(pod) for rs in old for pod in indexes.owned(self.pods, rs))

    # -- revisions ----------------------------------------------------------------------------------------------

    def _new_and_old(self, deployment: Object, sets: list[Object]) -> tuple[Object | None, list[Object]]:
        new = revisions.new_replica_set(deployment, sets)
        return new, [rs for rs in sets if rs is not new]

    def _sync_revision(self, deployment: Object, sets: list[Object],
                       create: bool) -> tuple[Object, Object | None, list[Object]]:
        """getAllReplicaSetsAndSyncRevision: the deployment as it is then, its new set and the old ones."""
        new, old = self._new_and_old(deployment, sets)
        number = max((revisions.revision(rs) for rs in old), default=0) + 1
        if new is not None:
            deployment, new = self._update_new(deployment, new, number)
        elif create:
            deployment, new = self._create_new(deployment, sets, number)
        return deployment, new, old

    def _update_new(self, deployment: Object, new: Object, number: int) -> tuple[Object, Object]:
        """The first half of getNewReplicaSet: the set exists."""
        wanted = revisions.annotate_new(deployment, new, number, True)
        min_ready = deployment['spec'].get('minReadySeconds', 0)
        if new['spec'].get('minReadySeconds', 0) != min_ready:
            wanted = {**wanted, 'spec': {**wanted['spec'], 'minReadySeconds': min_ready}}
        if wanted is not new:
            return deployment, self.client.update(SETS, wanted)
        changed = revisions.with_revision(deployment, annotations(new).get(revisions.REVISION, ''))
        if statuses.has_deadline(deployment) and condition(deployment, statuses.PROGRESSING) is None:
            changed = self._told(changed, 'True', 'FoundNewReplicaSet',
                                 f'Found new replica set "{new["metadata"]["name"]}"')
        if changed is not deployment:
            deployment = self.client.update_status(DEPLOYMENTS, changed)
        return deployment, new

    def _create_new(self, deployment: Object, sets: list[Object], number: int) -> tuple[Object, Object]:
        """The second half of getNewReplicaSet."""
        rs = self._build_new(deployment, sets, number)
        name, exists = rs['metadata']['name'], False
        try:
            made = self.client.create(SETS, rs)
        except StatusError as error:
            if error.reason != 'AlreadyExists':
                self._tell_failure(deployment, name, error)
                raise
            made, exists = self._same_name(deployment, rs, error), True
        if not exists and replicas(rs):
            self.event(deployment, 'Normal', 'ScalingReplicaSet',
                       f'Scaled up replica set {name} from 0 to {replicas(rs)}')
        changed = revisions.with_revision(deployment, str(number))
        if not exists and statuses.has_deadline(deployment):
            changed = self._told(changed, 'True', 'NewReplicaSetCreated', f'Created new replica set "{name}"')
        if changed is not deployment:
            deployment = self.client.update_status(DEPLOYMENTS, changed)
        return deployment, made

    def _build_new(self, deployment: Object, sets: list[Object], number: int) -> Object:
        meta, spec = deployment['metadata'], deployment['spec']
        template_hash = compute_hash(spec['template'], deployment.get('status', {}).get('collisionCount'))
        template = revisions.labelled_template(deployment, template_hash)
        rs: Object = {
            'apiVersion': 'apps/v1', 'kind': 'ReplicaSet',
            'metadata': {'name': f'{meta["name"][:252 - len(template_hash)]}-{template_hash}',
                         'namespace': meta['namespace'], 'labels': template['metadata']['labels'],
                         'ownerReferences': [owner_reference(deployment)]},
            'spec': {'replicas': revisions.wanted_by_new(deployment, sets, 0),
                     'selector': revisions.labelled_selector(deployment, template_hash), 'template': template},
        }
        if spec.get('minReadySeconds'):
            rs['spec']['minReadySeconds'] = spec['minReadySeconds']
        return revisions.annotate_new(deployment, rs, number, False)

    def _same_name(self, deployment: Object, rs: Object, error: StatusError) -> Object:
        """A set of this name is there: ours (the cache is behind), or another template's with the same hash."""
        found = self.sets.get(rs['metadata']['namespace'], rs['metadata']['name'])
        if found is None:
            raise error
        owner = controller_of(found)
        if owner is not None and owner['uid'] == deployment['metadata']['uid'] and revisions.same_template(
                found['spec']['template'], rs['spec']['template']):
            return found
        count = deployment.get('status', {}).get('collisionCount', 0) + 1
        self.client.update_status(DEPLOYMENTS, {
            **deployment, 'status': {**(deployment.get('status') or {}), 'collisionCount': count}})
        raise error

    def _tell_failure(self, deployment: Object, name: str, error: StatusError) -> None:
        if namespace_terminating(error):
            return
        message = f'Failed to create new replica set "{name}": {error.message}'
        if statuses.has_deadline(deployment):
            told = self._told(deployment, 'False', 'ReplicaSetCreateError', message)
            if told is not deployment:
                self.client.update_status(DEPLOYMENTS, told)
        self.event(deployment, 'Warning', 'ReplicaSetCreateError', message)

    def _told(self, deployment: Object, status: str, reason: str, message: str) -> Object:
        old = deployment.get('status') or {}
        new = statuses.with_condition(old, statuses.make(statuses.PROGRESSING, status, reason, message, self._now()))
        return deployment if new is old else {**deployment, 'status': new}

    def _clean_history(self, deployment: Object, old: list[Object]) -> None:
        """cleanupDeployment: delete the oldest revisions beyond revisionHistoryLimit."""
        limit = deployment['spec'].get('revisionHistoryLimit')
        if limit is None:
            return
        alive = sorted((rs for rs in old if not deleting(rs)), key=revisions.revision)
        for rs in alive[:max(len(alive) - limit, 0)]:
            meta, status = rs['metadata'], rs.get('status', {})
            if status.get('replicas') or replicas(rs) or meta['generation'] > status.get('observedGeneration', 0):
                continue
            self.client.delete(SETS, meta['name'], meta['namespace'])

    # -- pause, scaling, status ---------------------------------------------------------------------------------

    def _mark_pause(self, deployment: Object) -> Object:
        """checkPausedConditions."""
        entry = condition(deployment, statuses.PROGRESSING)
        if not statuses.has_deadline(deployment) or (
                entry is not None and entry['reason'] == 'ProgressDeadlineExceeded'):
            return deployment
        marked = entry is not None and entry['reason'] == 'DeploymentPaused'
        paused = bool(deployment['spec'].get('paused'))
        if paused == marked:
            return deployment
        reason, message = (('DeploymentPaused', 'Deployment is paused') if paused
                           else ('DeploymentResumed', 'Deployment is resumed'))
        return self.client.update_status(DEPLOYMENTS, self._told(deployment, 'Unknown', reason, message))

    def _scaling_event(self, deployment: Object, sets: list[Object]) -> bool:
        """isScalingEvent: a set was last scaled for another number of replicas."""
        return any(wanted is not None and wanted != replicas(deployment)
                   for wanted in map(revisions.desired_replicas, revisions.active(sets)))

    def _sync_rollout_status(self, deployment: Object, sets: list[Object], new: Object | None) -> None:
        """syncRolloutStatus."""
        now, seconds = self._now(), self.seconds()
        status = statuses.calculate(deployment, sets, new, now)
        status = statuses.with_progress(deployment, status, new, now, seconds)
        status = statuses.with_replica_failure(status, sets, new)
        if not self._write_status(deployment, status):
            wait = statuses.stuck_check(deployment, status, seconds)
            if wait is not None:
                self.postpone(key(deployment), wait)

    def _write_status(self, deployment: Object, status: Object) -> bool:
        if status == (deployment.get('status') or {}):
            return False
        self.client.update_status(DEPLOYMENTS, {**deployment, 'status': status})
        return True

    def _now(self) -> str:
        return self.simulation.timestamp()


def _some(rs: Object | None) -> list[Object]:
    return [rs] if rs is not None else []
