"""HorizontalPodAutoscalers: as many replicas as the metrics ask for (pkg/controller/podautoscaler)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, group_version, key, split_key, with_condition
from tutor.apimachinery.quantity import parse as parse_quantity
from tutor.apimachinery.selectors import Selector, SelectorError, parse
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import indexes
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.discovery import resource_of
from tutor.cluster.controllers.hpa_behavior import Behavior, Limit
from tutor.cluster.controllers.hpa_calculator import Tolerances
from tutor.cluster.controllers.hpa_metrics import MetricError, Proposal, Target, propose
from tutor.cluster.controllers.settings import Scaling
from tutor.cluster.simulation import Simulation

RESOURCE = 'horizontalpodautoscalers.autoscaling'


class HorizontalController(Controller):
    """Looks at each autoscaler every 15 seconds."""

    component = 'horizontal-pod-autoscaler'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, scaling: Scaling) -> None:
        super().__init__(simulation, client, informers)
        self._scaling = scaling
        self.autoscalers = self.informer(RESOURCE)
        self.pods = indexes.by_label(self.informer('pods'))
        self._behaviors: dict[str, Behavior] = {}
        self._selectors: dict[str, Selector] = {}
        self.autoscalers.on_change(self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        if new is None:
            self._behaviors.pop(key(old or {}), None)
            self._selectors.pop(key(old or {}), None)
        else:
            self.postpone(key(new), self._scaling.period)

    def reconcile(self, key: str) -> None:
        """reconcileAutoscaler."""
        hpa = self.autoscalers.objects.get(key)
        if hpa is None:
            return
        self.postpone(key, self._scaling.period)
        turn = _Turn(hpa, self.simulation.timestamp())
        try:
            path, scale = self._scale_of(hpa)
        except (StatusError, LookupError) as error:
            self.event(hpa, 'Warning', 'FailedGetScale', str(error))
            turn.condition('AbleToScale', 'False', 'FailedGetScale',
                           f"the HPA controller was unable to get the target's current scale: {error}")
        else:
            turn.condition('AbleToScale', 'True', 'SucceededGetScale',
                           "the HPA controller was able to get the target's current scale")
            self._decide(key, turn, path, scale)
        self._write(hpa, turn.status)

    def _scale_of(self, hpa: Object) -> tuple[str, Object]:
        target = hpa['spec']['scaleTargetRef']
        resource = resource_of(self.client, target.get('apiVersion', ''), target['kind'])
        if resource is None:
            raise LookupError(f'no matches for kind "{target["kind"]}" in group '
                              f'"{group_version(target.get("apiVersion", ""))[0]}"')
        path = self.client.path(resource, hpa['metadata']['namespace'], target['name'], 'scale')
        return path, self.client.request('GET', path).body

    def _decide(self, where: str, turn: _Turn, path: str, scale: Object) -> None:
        spec = turn.hpa['spec']
        current = scale['spec'].get('replicas', 0)
        least, most = spec.get('minReplicas', 1), spec['maxReplicas']
        behavior = self._behaviors.setdefault(where, Behavior(
            current, self.simulation.now, int(self._scaling.downscale_stabilization)))
        turn.status.update(currentReplicas=current, currentMetrics=None)
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
            best = self._compute(where, turn, scale, current)
            if best is None:
                return
            reason = f'{best.name} above target' if best.replicas > current else 'All metrics below target'
            desired = self._limit(turn, behavior.limited(spec, current, best.replicas, self.simulation.now))
        if desired != current and self._rescale(turn, path, scale, desired, reason):
            behavior.scaled(spec, current, desired, self.simulation.now)
            turn.status['lastScaleTime'] = self.simulation.timestamp()
            turn.status['desiredReplicas'] = desired
        elif desired == current:
            turn.status['desiredReplicas'] = desired

    def _limit(self, turn: _Turn, limit: Limit) -> int:
        turn.condition('AbleToScale', 'True', *limit.able)
        turn.condition('ScalingLimited', 'True' if limit.limited else 'False', *limit.why)
        return limit.replicas

    def _compute(self, where: str, turn: _Turn, scale: Object, current: int) -> Proposal | None:
        """computeReplicasForMetrics: the largest proposal counts. None when no metric gives one, or when one that
        fails might have kept the replicas that the others do not need."""
        selector = self._selector(where, turn, scale.get('status', {}).get('selector', ''))
        if selector is None:
            return None
        hpa, space = turn.hpa, turn.hpa['metadata']['namespace']
        target = Target(space, str(selector), indexes.selected(self.pods, space, selector), current,
                        self._scaling)
        tolerances = _tolerances(hpa['spec'].get('behavior') or {}, self._scaling.tolerance)
        best: Proposal | None = None
        problems: list[MetricError] = []
        statuses: list[Object] = []
        for metric in hpa['spec'].get('metrics') or ():
            try:
                found = propose(self.client, metric, target, tolerances, self.seconds())
            except MetricError as error:
                self.event(hpa, 'Warning', error.reason, str(error))
                problems.append(error)
                statuses.append({'type': ''})
                continue
            statuses.append(found.status)
            if best is None or found.replicas > best.replicas:
                best = found
        turn.status['currentMetrics'] = statuses
        if problems and (best is None or best.replicas < current):
            self._tell_failure(turn, problems, len(statuses))
            return None
        if best is not None:
            turn.condition('ScalingActive', 'True', 'ValidMetricFound', 'the HPA was able to successfully calculate a '
                           f'replica count from {best.name}')
        return best

    def _selector(self, where: str, turn: _Turn, text: str) -> Selector | None:
        """validateAndParseSelector: of pods that no other autoscaler has, too."""
        if not text:
            self._tell_selector(turn, 'SelectorRequired', 'InvalidSelector', 'selector is required',
                                "the HPA target's scale is missing a selector")
            return None
        try:
            selector = self._selectors[where] = parse(text)
        except SelectorError as error:
            message = f"couldn't convert selector into a corresponding internal selector object: {error}"
            self._tell_selector(turn, 'InvalidSelector', 'InvalidSelector', message, message)
            return None
        space = turn.hpa['metadata']['namespace']
        mine = [pod['metadata'].get('labels') or {} for pod in indexes.selected(self.pods, space, selector)]
        sharing = sorted(other for other, theirs in self._selectors.items()
                         if split_key(other)[0] == space and any(theirs.matches(labels) for labels in mine))
        if len(sharing) > 1:
            message = f'pods by selector {text} are controlled by multiple HPAs: [{" ".join(sharing)}]'
            self._tell_selector(turn, 'AmbiguousSelector', 'AmbiguousSelector', message, message)
            return None
        return selector

    def _tell_selector(self, turn: _Turn, event: str, reason: str, message: str, shown: str) -> None:
        self.event(turn.hpa, 'Warning', event, message)
        turn.condition('ScalingActive', 'False', reason, shown)
        self.event(turn.hpa, 'Warning', 'FailedComputeMetricsReplicas', message)

    def _tell_failure(self, turn: _Turn, problems: list[MetricError], total: int) -> None:
        first = problems[0]
        turn.condition('ScalingActive', 'False', first.reason,
                       f'the HPA was unable to compute the replica count: {first}')
        self.event(turn.hpa, 'Warning', 'FailedComputeMetricsReplicas',
                   f'invalid metrics ({len(problems)} invalid out of {total}), first error is: {first.wrapped}')

    def _rescale(self, turn: _Turn, path: str, scale: Object, desired: int, reason: str) -> bool:
        try:
            self.client.request('PUT', path, {**scale, 'spec': {**scale['spec'], 'replicas': desired}})
        except StatusError as error:
            self.event(turn.hpa, 'Warning', 'FailedRescale', f'New size: {desired}; reason: {reason}; error: {error}')
            turn.condition('AbleToScale', 'False', 'FailedUpdateScale',
                           f'the HPA controller was unable to update the target scale: {error}')
            return False
        turn.condition('AbleToScale', 'True', 'SucceededRescale',
                       f'the HPA controller was able to update the target scale to {desired}')
        self.event(turn.hpa, 'Normal', 'SuccessfulRescale', f'New size: {desired}; reason: {reason}')
        return True

    def _write(self, hpa: Object, status: Object) -> None:
        if status != hpa.get('status', {}):
            self.client.update_status(RESOURCE, {**hpa, 'status': status})


def _tolerances(behavior: Object, usual: float) -> Tolerances:
    """tolerancesForHpa."""
    found = {side: (behavior.get(name) or {}).get('tolerance') for side, name in (('up', 'scaleUp'),
                                                                                   ('down', 'scaleDown'))}
    return Tolerances(**{side: usual if text is None else float(parse_quantity(text).value)
                         for side, text in found.items()})


class _Turn:
    """One look at an autoscaler: the status it comes to."""

    def __init__(self, hpa: Object, now: str) -> None:
        self.hpa = hpa
        self.status: Object = dict(hpa.get('status', {}))
        self._now = now

    def condition(self, kind: str, status: str, reason: str, message: str) -> None:
        """setCondition."""
        self.status['conditions'] = with_condition(self.status.get('conditions'), {
            'type': kind, 'status': status, 'lastTransitionTime': self._now, 'reason': reason, 'message': message})
