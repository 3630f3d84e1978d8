"""One scheduling cycle: filter the nodes, score those that are left, choose (schedule_one.go)."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.cluster.scheduler.catalog import PLUGINS
from tutor.cluster.scheduler.configuration import ProfileSettings
from tutor.cluster.scheduler.framework import SKIP, Cycle, Handle, Hint, Only, Plugin, Rejection, overrides
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo
from tutor.cluster.scheduler.nominations import Nominations, passes

MIN_FEASIBLE = 100
"""Below this many nodes all are looked at (minFeasibleNodesToFind)."""
MIN_PERCENTAGE = 5


class Refused(Exception):
    """No node takes the pod. `message` is what a pre-filter said; then no node was looked at."""

    def __init__(self, cycle: Cycle, plugins: Iterable[str], absent: Rejection | None, message: str = '') -> None:
        super().__init__(message)
        self.cycle = cycle
        self.plugins = frozenset(plugins)
        self.absent = absent
        self.message = message


class NoNodes(Exception):
    """There are no nodes at all."""


class Profile:
    """The plugins of one profile, sorted by extension point."""

    def __init__(self, handle: Handle, nominations: Nominations, settings: ProfileSettings) -> None:
        self._handle = handle
        self.settings = settings
        self._nominations = nominations
        self.plugins = [kind(handle) for kind in PLUGINS]
        self._pre_filters = [p for p in self.plugins if settings.filters(p.name)
                             and (overrides(p, 'pre_filter') or overrides(p, 'filter'))]
        self._gates = [p for p in self.plugins if overrides(p, 'pre_enqueue')]
        self._scorers = [p for p in self.plugins if settings.scores(p.name) and overrides(p, 'score')]
        for plugin in self.plugins:
            plugin.configure(settings)
        self._percentage = settings.percentage
        self._start = 0

    def hints(self) -> dict[str, dict[str, Hint]]:
        found = {plugin.name: plugin.hints() for plugin in self.plugins}
        return {name: hints for name, hints in found.items() if hints}

    def gate(self, pod: PodInfo) -> str:
        """RunPreEnqueuePlugins: which plugin keeps a pod from being tried, '' if none does."""
        for plugin in self._gates:
            if not plugin.pre_enqueue(pod):
                return plugin.name
        return ''

    def find(self, name: str) -> Plugin:
        return next(plugin for plugin in self.plugins if plugin.name == name)

    def choose(self, cycle: Cycle) -> str:
        """schedulePod: the node for a pod. Raises Refused or NoNodes."""
        if not self._handle.cache.nodes:
            raise NoNodes
        feasible = self._feasible(cycle)
        if len(feasible) == 1:
            return feasible[0].name
        scores = self._scores(cycle, feasible)
        most = max(scores)
        best = [node for node, score in zip(feasible, scores, strict=True) if score == most]
        return best[0].name if len(best) == 1 else self._handle.simulation.random.choice(best).name

    # -- filtering ----------------------------------------------------------------------------------------------

    def _feasible(self, cycle: Cycle) -> list[NodeInfo]:
        """findNodesThatFitPod."""
        nodes = self._handle.cache.nodes
        only, narrowing = self._pre_filter(cycle)
        absent = None
        if only is not None:
            nodes = [node for node in nodes if node.name in only]
            absent = Rejection('', (f'node(s) didn\'t satisfy plugin(s) [{" ".join(narrowing)}]',), True)
        nominated = self._nominations.node_of(cycle.pod.uid)
        if nominated:
            found = self._filter(cycle, [node for node in nodes if node.name == nominated])
            if found:
                return found
        feasible = self._sample(cycle, nodes)
        if not feasible:
            plugins = {rejection.plugin for rejection in cycle.failed.values()} | set(narrowing)
            raise Refused(cycle, plugins, absent)
        return feasible

    def _pre_filter(self, cycle: Cycle) -> tuple[frozenset[str] | None, list[str]]:
        """RunPreFilterPlugins: which nodes are left to look at, and which plugins said so."""
        only: frozenset[str] | None = None
        narrowing: list[str] = []
        for plugin in self._pre_filters:
            answer = plugin.pre_filter(cycle)
            if answer is SKIP:
                continue
            if isinstance(answer, Rejection):
                raise Refused(cycle, (plugin.name,), answer, ', '.join(answer.reasons))
            cycle.filters.append(plugin)
            if isinstance(answer, Only):
                only = answer.names if only is None else only & answer.names
                narrowing.append(plugin.name)
        return only, narrowing

    def _sample(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        """findNodesThatPassFilters: enough nodes that fit, beginning where the last cycle ended."""
        count = len(nodes)
        wanted = _enough(count, self._percentage)
        if wanted >= count:
            return self._filter(cycle, nodes)
        start = self._start % count
        ordered = nodes[start:] + nodes[:start]
        feasible: list[NodeInfo] = []
        seen = 0
        while seen < count and len(feasible) < wanted:
            batch = ordered[seen:seen + wanted - len(feasible)]
            feasible += self._filter(cycle, batch)
            seen += len(batch)
        self._start = (start + seen) % count
        return feasible

    def _filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        if self._nominations.by_node:
            nodes = self._without_nominated(cycle, nodes)
        for plugin in cycle.filters:
            if not nodes:
                break
            nodes = plugin.filter(cycle, nodes)
        return nodes

    def _without_nominated(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        """RunFilterPluginsWithNominatedPods, its first pass: a node must fit with those that are expected on it."""
        passed = []
        for node in nodes:
            expected = self._nominations.expected(node.name, cycle.pod)
            why = passes(cycle, cycle.filters, node, expected) if expected else None
            if why is None:
                passed.append(node)
            else:
                cycle.failed[node.name] = why
        return passed

    # -- scoring ------------------------------------------------------------------------------------------------

    def _scores(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        """prioritizeNodes: the weighted sum over the plugins."""
        totals = [0] * len(nodes)
        for plugin in self._scorers:
            if plugin.pre_score(cycle, nodes) is SKIP:
                continue
            weight = plugin.weight
            totals = [total + weight * score
                      for total, score in zip(totals, plugin.score(cycle, nodes), strict=True)]
        return totals


def _enough(count: int, percentage: int = 0) -> int:
    """numFeasibleNodesToFind."""
    if count < MIN_FEASIBLE:
        return count
    percentage = percentage or max(50 - count // 125, MIN_PERCENTAGE)
    return max(count * percentage // 100, MIN_FEASIBLE)
