"""NodeResourcesFit: a node must have left what the pod requests; the emptier, the better (LeastAllocated)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.pod_resources import is_extended, pod_requests
from tutor.cluster.scheduler.configuration import ProfileSettings, Strategy
from tutor.cluster.scheduler.framework import MAX_SCORE, Cycle, Hint, Plugin, Rejection
from tutor.cluster.scheduler.hints import is_own, is_placed
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo
from tutor.cluster.scheduler.plugins import resource_scores

USUAL = Strategy()


class NodeResourcesFit(Plugin):
    name = 'NodeResourcesFit'
    strategy = USUAL
    ignored: frozenset[str] = frozenset()
    """Extended resources, and groups of such, that are not looked at."""

    def configure(self, settings: ProfileSettings) -> None:
        super().configure(settings)
        self.strategy = settings.strategy
        arguments = settings.arguments.get(self.name, {})
        self.ignored = frozenset((*(arguments.get('ignoredResources') or ()),
                                  *(arguments.get('ignoredResourceGroups') or ())))

    def _scalars(self, pod: PodInfo) -> dict[str, int]:
        """What a pod asks for besides, without what is ignored."""
        if not self.ignored:
            return pod.scalars
        return {name: amount for name, amount in pod.scalars.items()
                if not self.ignored & {name, name.partition('/')[0]} or not is_extended(name)}

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        pod = cycle.pod
        cpu, memory, more = pod.milli_cpu, pod.memory, bool(pod.storage or pod.scalars)
        passed = []
        for node in nodes:
            if (len(node.pods) < node.max_pods and (not cpu or cpu <= node.cpu - node.used_cpu)
                    and (not memory or memory <= node.memory - node.used_memory)
                    and not (more and self._lacks_more(pod, node))):
                passed.append(node)
            else:
                cycle.failed[node.name] = self._why(pod, node)
        return passed

    def _lacks_more(self, pod: PodInfo, node: NodeInfo) -> bool:
        if pod.storage and pod.storage > node.storage - node.used_storage:
            return True
        return any(amount > node.scalars.get(name, 0) - node.used_scalars.get(name, 0)
                   for name, amount in self._scalars(pod).items())

    def _why(self, pod: PodInfo, node: NodeInfo) -> Rejection:
        """fitsRequest. What the node could not give even if it were empty cannot be helped by evicting."""
        reasons, unresolvable = [], False
        if len(node.pods) + 1 > node.max_pods:
            reasons.append('Too many pods')
        needs = [('cpu', pod.milli_cpu, node.cpu, node.used_cpu), ('memory', pod.memory, node.memory, node.used_memory),
                 ('ephemeral-storage', pod.storage, node.storage, node.used_storage)]
        needs += [(name, amount, node.scalars.get(name, 0), node.used_scalars.get(name, 0))
                  for name, amount in self._scalars(pod).items()]
        for name, amount, total, used in needs:
            if amount and amount > total - used:
                reasons.append(f'Insufficient {name}')
                unresolvable = unresolvable or amount > total
        return Rejection('NodeResourcesFit', reasons, unresolvable)

    def score(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        """leastResourceScorer over CPU and memory, unrequested amounts assumed, unless the profile has another way."""
        if self.strategy != USUAL:
            return resource_scores.scores(self.strategy, cycle.pod, nodes)
        cpu, memory = cycle.pod.assumed_milli_cpu, cycle.pod.assumed_memory
        scores = []
        for node in nodes:
            left_cpu, left_memory = node.cpu - node.assumed_milli_cpu - cpu, node.memory - node.assumed_memory - memory
            score = left_cpu * MAX_SCORE // node.cpu if left_cpu > 0 else 0
            if left_memory > 0:
                score += left_memory * MAX_SCORE // node.memory
            scores.append(score // 2)
        return scores

    def hints(self) -> dict[str, Hint]:
        return {'nodes': self._grew, 'pods': _freed}

    def _grew(self, pod: PodInfo, old: Object | None, new: Object | None) -> bool:
        """isSchedulableAfterNodeChange: the node, were it empty, has room, and is new or has more of what is asked
        for."""
        if new is None:
            return False
        node = _empty(new)
        if not node.max_pods or any(amount > has for amount, has in self._asked(pod, node)):
            return False
        if old is None:
            return True
        before = _empty(old)
        return node.max_pods > before.max_pods or any(
            amount and has > had
            for (amount, has), (_, had) in zip(self._asked(pod, node), self._asked(pod, before), strict=True))

    def _asked(self, pod: PodInfo, node: NodeInfo) -> list[tuple[int, int]]:
        """Of each resource: what the pod requests and what the node has."""
        return [(pod.milli_cpu, node.cpu), (pod.memory, node.memory), (pod.storage, node.storage),
                *((amount, node.scalars.get(name, 0)) for name, amount in self._scalars(pod).items())]


def _empty(node: Object) -> NodeInfo:
    info = NodeInfo(node['metadata']['name'])
    info.set_node(node)
    return info


def _freed(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """isSchedulableAfterPodEvent: a pod on a node went away, or it or the waiting one asks for less than before."""
    if old is None or not (is_placed(old) or is_own(pod, old)):
        return False
    if new is None:
        return True
    before, after, wanted = pod_requests(old), pod_requests(new), pod_requests(pod.pod)
    names = before if is_own(pod, new) else [name for name in wanted if wanted[name]]
    return any(after.get(name, 0) < before.get(name, 0) for name in names)
