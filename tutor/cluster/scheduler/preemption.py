"""DefaultPreemption: make room for a pod by evicting pods of lower priority (framework/preemption)."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import from_label_selector
from tutor.cluster.scheduler.framework import Cycle, Handle, Plugin, Rejection, overrides
from tutor.cluster.scheduler.messages import fit_error
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo
from tutor.cluster.scheduler.nominations import Nominations, passes

_NO_VICTIMS = Rejection('DefaultPreemption', ('No preemption victims found for incoming pod',), True)
_NOT_HELPFUL = Rejection('DefaultPreemption', ('Preemption is not helpful for scheduling',), True)
MIN_CANDIDATES = 100


@dataclass(slots=True)
class Candidate:
    """A node, and who would have to go from it."""

    node: str
    victims: list[PodInfo]
    violations: int


@dataclass(slots=True)
class Outcome:
    """`candidate` if preempting helps, else the `message` that says why not; `clear`: a nomination was in vain."""

    candidate: Candidate | None = None
    message: str = ''
    clear: bool = False


class Preemption:
    """Finds the node on which evicting the least important pods makes room."""

    def __init__(self, handle: Handle, nominations: Nominations) -> None:
        self._handle = handle
        self._nominations = nominations

    def run(self, cycle: Cycle, filters: list[Plugin]) -> Outcome:
        """Evaluator.Preempt."""
        nodes = self._handle.cache.nodes
        problem = self._ineligible(cycle)
        if problem:
            return Outcome(message=problem)
        failed: dict[str, Rejection] = {}
        candidates: list[Candidate] = []
        budgets = self._handle.informers.of('poddisruptionbudgets.policy').list()
        for node in nodes:
            why = cycle.failed.get(node.name)
            if why is None or why.unresolvable:
                continue
            found = self._select_victims(cycle, filters, node, budgets)
            if isinstance(found, Candidate):
                candidates.append(found)
                if len(candidates) >= MIN_CANDIDATES:
                    break
            else:
                failed[node.name] = found
        if not candidates:
            return Outcome(message=fit_error(len(nodes), failed, _NOT_HELPFUL), clear=True)
        return Outcome(_best(candidates))

    def _ineligible(self, cycle: Cycle) -> str:
        """PodEligibleToPreemptOthers."""
        pod = cycle.pod
        if pod.spec.get('preemptionPolicy') == 'Never':
            return 'not eligible due to preemptionPolicy=Never.'
        nominated = pod.pod.get('status', {}).get('nominatedNodeName')
        why = cycle.failed.get(nominated or '')
        if why is not None and why.unresolvable:
            return ''
        info = self._handle.cache.infos.get(nominated) if nominated else None
        if info is not None and any(other.terminating and other.priority < pod.priority
                                    and _preempted(other.pod) for other in info.pods.values()):
            return 'not eligible due to a terminating pod on the nominated node.'
        return ''

    def _select_victims(self, cycle: Cycle, filters: list[Plugin], node: NodeInfo,
                        budgets: list[Object]) -> Candidate | Rejection:
        """SelectVictimsOnNode: take all lower pods away, then give back as many as fit, the important ones first."""
        lower = [pod for pod in node.pods.values() if pod.priority < cycle.pod.priority]
        if not lower:
            return _NO_VICTIMS
        trial = self._trial(cycle, filters, node, lower)
        why = self._refused(trial, filters, node.without(lower))
        if why is not None:
            return why
        lower.sort(key=lambda pod: (-pod.priority, _started(pod)))
        violating, others = _by_budget(lower, budgets)
        victims: list[PodInfo] = []
        violations = 0
        for group, violates in ((violating, True), (others, False)):
            for pod in group:
                gone = [other for other in lower if other in victims or other in _after(pod, violating, others)]
                again = self._trial(cycle, filters, node, gone)
                if self._refused(again, filters, node.without(gone)) is not None:
                    victims.append(pod)
                    violations += violates
        victims.sort(key=lambda pod: (-pod.priority, _started(pod)))
        return Candidate(node.name, victims, violations)

    def _trial(self, cycle: Cycle, filters: list[Plugin], node: NodeInfo, gone: list[PodInfo]) -> Cycle:
        """The cycle's state as if these pods were not there."""
        trial = Cycle(cycle.pod)
        trial.data = dict(cycle.data)
        for plugin in filters:
            if overrides(plugin, 'remove_pod') and plugin.name in trial.data:
                trial.data[plugin.name] = plugin.copy_state(trial.data[plugin.name])
                for pod in gone:
                    plugin.remove_pod(trial, pod, node)
        return trial

    def _refused(self, cycle: Cycle, filters: list[Plugin], node: NodeInfo) -> Rejection | None:
        """RunFilterPluginsWithNominatedPods: pods that are expected on the node have their place there already."""
        expected = self._nominations.expected(node.name, cycle.pod)
        why = passes(cycle, filters, node, expected) if expected else None
        return why or passes(cycle, filters, node, [])


def _after(pod: PodInfo, violating: list[PodInfo], others: list[PodInfo]) -> list[PodInfo]:
    """The pods that have not been given back when this one's turn comes: those behind it in the order."""
    order = [*violating, *others]
    return order[order.index(pod) + 1:]


def _by_budget(pods: list[PodInfo], budgets: list[Object]) -> tuple[list[PodInfo], list[PodInfo]]:
    """filterPodsWithPDBViolation."""
    allowed = [(budget, from_label_selector(budget['spec'].get('selector')),
                [budget.get('status', {}).get('disruptionsAllowed', 0)]) for budget in budgets]
    violating, others = [], []
    for pod in pods:
        broken = False
        for budget, selector, left in allowed:
            if budget['metadata']['namespace'] != pod.namespace or selector.empty or not selector.matches(pod.labels):
                continue
            if pod.name in (budget.get('status', {}).get('disruptedPods') or ()):
                continue
            left[0] -= 1
            broken = broken or left[0] < 0
        (violating if broken else others).append(pod)
    return violating, others


def _best(candidates: list[Candidate]) -> Candidate:
    """pickOneNodeForPreemption."""
    return min(candidates, key=lambda c: (
        c.violations, max((v.priority for v in c.victims), default=-2**31),
        sum(v.priority + 2**31 for v in c.victims), len(c.victims),
        -min((_started(v) for v in c.victims if v.priority == c.victims[0].priority), default=0.0)))


def _started(pod: PodInfo) -> float:
    text = pod.pod.get('status', {}).get('startTime') or pod.pod['metadata']['creationTimestamp']
    return parse_timestamp(text)


def _preempted(pod: Object) -> bool:
    return any(entry['type'] == 'DisruptionTarget' and entry['status'] == 'True'
               and entry.get('reason') == 'PreemptionByScheduler'
               for entry in pod.get('status', {}).get('conditions') or ())
