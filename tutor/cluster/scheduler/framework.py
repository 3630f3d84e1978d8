"""What plugins are: extension points, the state of one cycle, and how a node is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.scheduler.cache import Cache
from tutor.cluster.scheduler.configuration import ProfileSettings
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo
from tutor.cluster.simulation import Simulation

MAX_SCORE = 100


class Skip:
    """A plugin has nothing to say about this pod."""


SKIP = Skip()


class Rejection:
    """Why a plugin refuses a node, or the pod altogether. `unresolvable`: evicting other pods would not help."""

    __slots__ = ('plugin', 'reasons', 'unresolvable')

    def __init__(self, plugin: str, reasons: Sequence[str], unresolvable: bool = False) -> None:
        self.plugin = plugin
        self.reasons = tuple(reasons)
        self.unresolvable = unresolvable


class Only:
    """A pre-filter's answer: no other nodes than these need to be looked at (PreFilterResult)."""

    __slots__ = ('names',)

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names


PreFilter = Skip | Rejection | Only | None
Hint = Callable[[PodInfo, Object | None, Object | None], bool]
"""`hint(pod, old, new)`: whether a change of an object may make a pod schedulable that this plugin refused."""


class Handle:
    """What plugins are given to look around."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, cache: Cache) -> None:
        self.simulation = simulation
        self.client = client
        self.informers = informers
        self.cache = cache

    def namespace_labels(self, name: str) -> dict[str, str]:
        namespace = self.informers.of('namespaces').objects.get(name)
        return (namespace['metadata'].get('labels') or {}) if namespace is not None else {}


class Cycle:
    """One pod's way through the plugins: what they keep between extension points, and the nodes they refused."""

    __slots__ = ('data', 'failed', 'filters', 'pod')

    def __init__(self, pod: PodInfo) -> None:
        self.pod = pod
        self.data: dict[str, Any] = {}
        self.failed: dict[str, Rejection] = {}
        self.filters: list[Plugin] = []


class Plugin:
    """A plugin has the extension points that it overrides.

    `filter` and `score` get many nodes at once: filtering returns those that pass and writes the others into
    `cycle.failed`; scoring returns normalized scores (0 to 100) in the order of the nodes.
    """

    name = ''
    weight = 1

    def __init__(self, handle: Handle) -> None:
        self.handle = handle

    def configure(self, settings: ProfileSettings) -> None:
        """Take what a profile says of it."""
        self.weight = settings.enabled.get(self.name) or self.weight

    def pre_enqueue(self, pod: PodInfo) -> bool:
        """Whether a pod may be tried; one that may not waits for a change that the plugin has a hint for."""
        return True

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        return None

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        return nodes

    def add_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        """The nodes are looked at as if this pod were there too."""

    def remove_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        """The nodes are looked at as if this pod were gone."""

    def copy_state(self, state: Any) -> Any:
        """A copy of the plugin's cycle data that add_pod and remove_pod may change."""
        return state

    def pre_score(self, cycle: Cycle, nodes: list[NodeInfo]) -> Skip | None:
        return None

    def score(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[int]:
        return [0] * len(nodes)

    def hints(self) -> dict[str, Hint]:
        """By resource: which changes are worth another try."""
        return {}


def overrides(plugin: Plugin, point: str) -> bool:
    return getattr(type(plugin), point) is not getattr(Plugin, point)


def normalized(scores: list[int], reverse: bool = False) -> list[int]:
    """helper.DefaultNormalizeScore."""
    most = max(scores, default=0)
    if not most:
        return [MAX_SCORE if reverse else 0] * len(scores)
    if reverse:
        return [MAX_SCORE - MAX_SCORE * score // most for score in scores]
    return [MAX_SCORE * score // most for score in scores]
