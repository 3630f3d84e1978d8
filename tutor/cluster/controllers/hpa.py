"""HorizontalPodAutoscalers: as many replicas as the metrics ask for (pkg/controller/podautoscaler)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, key
from tutor.apimachinery.resources import by_kind, split_api_version
from tutor.apimachinery.selectors import parse
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import indexes
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.hpa_behavior import Behavior
from tutor.cluster.controllers.hpa_metrics import MetricError, Proposal, propose
from tutor.cluster.simulation import Simulation

RESOURCE = 'horizontalpodautoscalers.autoscaling'
PERIOD = 15.0


class HorizontalController(Controller):
    """Looks at each autoscaler every 15 seconds."""

    component = 'horizontal-pod-autoscaler'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.autoscalers = self.informer(RESOURCE)
        self.pods = indexes.by_label(self.informer('pods'))
        self._behaviors: dict[str, Behavior] = {}
        self.autoscalers.on_change(self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        if new is None:
            self._behaviors.pop(key(old or {}), None)
        else:
            self.postpone(key(new), PERIOD)

    def reconcile(self, key: str) -> None:
        """reconcileAutoscaler."""
        hpa = self.autoscalers.objects.get(key)
        if hpa is None:
            return
        self.postpone(key, PERIOD)
        turn = _Turn(hpa, self.simulation.timestamp())
        try:
            path, scale = self._scale_of(hpa)
        except (StatusError, LookupError) as error:
            self.event(hpa, 'Warning', 'FailedGetScale', str(error))
            turn.condition('AbleToScale', 'False', 'FailedGetScale',
                           f"the HPA controller was unable to get the target's current scale: {error}")
            self._write(hpa, turn.status)
            return
        turn.condition('AbleToScale', 'True', 'SucceededGetScale',
                       "the HPA controller was able to get the target's current scale")
        self._decide(key, turn, path, scale)
        self._write(hpa, turn.status)

    def _scale_of(self, hpa: Object) -> tuple[str, Object]:
        target = hpa['spec']['scaleTargetRef']
        group, version = split_api_version(target.get('apiVersion', ''))
        resource = by_kind(group, version, target['kind'])
        if resource is None:
            raise LookupError(f'no matches for kind "{target["kind"]}" in group "{group}"')
        path = self.client.path(resource, hpa['metadata']['namespace'], target['name'], 'scale')
        return path, self.client.request('GET', path).body

    def _decide(self, where: str, turn: _Turn, path: str, scale: Object) -> None:
        spec = turn.hpa['spec']
        current = scale['spec'].get('replicas', 0)
        least, most = spec.get('minReplicas', 1), spec['maxReplicas']
        behavior = self._behaviors.setdefault(where, Behavior())
        turn.status['currentReplicas'] = scale.get('status', {}).get('replicas', current)
        if not current and least:
            turn.status['desiredReplicas'] = 0
            turn.condition('ScalingActive', 'False', 'ScalingDisabled',
                           'scaling is disabled since the replica count of the target is zero')
            return
        if current > most:
            desired, reason = most, 'Current number of replicas above Spec.MaxReplicas'
        elif current < least:
            desired, reason = least, 'Current number of replicas below Spec.MinReplicas'
        else:
            best = self._compute(turn, scale, current)
            if best is None:
                return
            limit = behavior.limited(spec, current, best.replicas, self.simulation.now)
            desired = limit.replicas
            reason = f'{best.name} {"above" if best.replicas > current else "below"} target'
            if best.replicas < current:
                reason = 'All metrics below target'
            turn.condition('AbleToScale', 'True', *limit.able)
            turn.condition('ScalingLimited', *limit.limited)
        turn.status['desiredReplicas'] = desired
        if desired != current:
            self._rescale(turn, path, scale, desired, reason)
            behavior.scaled(current, desired, self.simulation.now)
            turn.status['lastScaleTime'] = self.simulation.timestamp()

    def _compute(self, turn: _Turn, scale: Object, current: int) -> Proposal | None:
        """computeReplicasForMetrics: the largest proposal counts; None when no metric gives one."""
        hpa = turn.hpa
        space = hpa['metadata']['namespace']
        selector = scale.get('status', {}).get('selector', '')
        mine = indexes.selected(self.pods, space, parse(selector))
        best: Proposal | None = None
        statuses: list[Object] = []
        problem: MetricError | None = None
        failed = 0
        metrics = hpa['spec'].get('metrics') or []
        for metric in metrics:
            try:
                found = propose(self.client, metric, space, selector, mine, current, self.seconds())
            except MetricError as error:
                problem, failed = problem or error, failed + 1
                continue
            statuses.append(found.status)
            if best is None or found.replicas > best.replicas:
                best = found
        if problem is not None and (best is None or best.replicas < current):
            self._tell_failure(turn, problem, failed, len(metrics))
            return None
        turn.status['currentMetrics'] = statuses
        if best is not None:
            turn.condition('ScalingActive', 'True', 'ValidMetricFound', 'the HPA was able to successfully calculate a '
                           f'replica count from {best.name}')
        return best

    def _tell_failure(self, turn: _Turn, problem: MetricError, failed: int, total: int) -> None:
        self.event(turn.hpa, 'Warning', problem.reason, str(problem))
        turn.condition('ScalingActive', 'False', problem.reason,
                       f'the HPA was unable to compute the replica count: {problem}')
        self.event(turn.hpa, 'Warning', 'FailedComputeMetricsReplicas',
                   f'invalid metrics ({failed} invalid out of {total}), first error is: {problem}')

    def _rescale(self, turn: _Turn, path: str, scale: Object, desired: int, reason: str) -> None:
        try:
            self.client.request('PUT', path, {**scale, 'spec': {**scale['spec'], 'replicas': desired}})
        except StatusError as error:
            self.event(turn.hpa, 'Warning', 'FailedRescale', f'New size: {desired}; reason: {reason}; error: {error}')
            turn.condition('AbleToScale', 'False', 'FailedUpdateScale',
                           f'the HPA controller was unable to update the target scale: {error}')
            return
        turn.condition('AbleToScale', 'True', 'SucceededRescale',
                       f'the HPA controller was able to update the target scale to {desired}')
        self.event(turn.hpa, 'Normal', 'SuccessfulRescale', f'New size: {desired}; reason: {reason}')

    def _write(self, hpa: Object, status: Object) -> None:
        if status != hpa.get('status', {}):
            self.client.update_status(RESOURCE, {**hpa, 'status': status})


class _Turn:
    """One look at an autoscaler: the status it comes to."""

    def __init__(self, hpa: Object, now: str) -> None:
        self.hpa = hpa
        self.status: Object = dict(hpa.get('status', {}))
        self._now = now

    def condition(self, kind: str, status: str, reason: str, message: str) -> None:
        """setCondition."""
        entries: list[Object] = list(self.status.get('conditions') or [])
        new: Object = {'type': kind, 'status': status, 'lastTransitionTime': self._now, 'reason': reason,
                       'message': message}
        for index, old in enumerate(entries):
            if old['type'] == kind:
                if old['status'] == status:
                    new['lastTransitionTime'] = old['lastTransitionTime']
                entries[index] = new
                break
        else:
            entries.append(new)
        self.status['conditions'] = entries
