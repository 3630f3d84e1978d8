"""KubeSchedulerConfiguration: the profiles of a scheduler, and how it is elected (kube-scheduler/config/v1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery import decode
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.objects import Object

API, KIND = 'kubescheduler.config.k8s.io/v1', 'KubeSchedulerConfiguration'
DEFAULT_NAME = 'default-scheduler'
LEASE = 'kube-system/kube-scheduler'
LEAST, MOST, RATIO = 'LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'
ALL = '*'


class BadConfiguration(Exception):
    """What the program says of its configuration file."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """NodeResourcesFit's scoring strategy: resources with their weights; `shape` is for RequestedToCapacityRatio."""

    kind: str = LEAST
    resources: tuple[tuple[str, int], ...] = (('cpu', 1), ('memory', 1))
    shape: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """One profile: what it has otherwise than the default one."""

    name: str = DEFAULT_NAME
    without_filter: frozenset[str] = frozenset()
    without_score: frozenset[str] = frozenset()
    without_post_filter: frozenset[str] = frozenset()
    """Plugins that are turned off at these points, ALL for all."""
    enabled: Mapping[str, int] = field(default_factory=dict)
    """Plugins that are turned on by name, with their weight (0: the usual one)."""
    strategy: Strategy = Strategy()
    arguments: Mapping[str, Object] = field(default_factory=dict)
    """Its pluginConfig: the arguments of plugins by name."""
    percentage: int = 0
    """percentageOfNodesToScore; 0 leaves it to the number of nodes."""

    def filters(self, plugin: str) -> bool:
        return plugin in self.enabled or not self.without_filter & {plugin, ALL}

    def scores(self, plugin: str) -> bool:
        return plugin in self.enabled or not self.without_score & {plugin, ALL}

    def post_filters(self, plugin: str) -> bool:
        return plugin in self.enabled or not self.without_post_filter & {plugin, ALL}


@dataclass(frozen=True, slots=True)
class Configuration:
    """A scheduler's file. `lease` is the 'namespace/name' of what its processes are elected by, '' for none."""

    profiles: tuple[ProfileSettings, ...] = (ProfileSettings(),)
    lease: str = LEASE
    kubeconfig: str = ''
    backoff: tuple[float, float] = (1.0, 10.0)
    """How long a pod waits after its first try, and at most: podInitialBackoffSeconds and podMaxBackoffSeconds."""


def read(text: str) -> Configuration:
    """A configuration from its file. Raises BadConfiguration."""
    try:
        found = decode.one(text) or {}
    except DecodeError as error:
        raise BadConfiguration(str(error)) from None
    if not isinstance(found, dict) or not found.get('kind'):
        raise BadConfiguration(f"Object 'Kind' is missing in '{text}'")
    if (found.get('apiVersion'), found['kind']) != (API, KIND):
        group = str(found.get('apiVersion', ''))
        raise BadConfiguration(f'no kind "{found["kind"]}" is registered for version "{group}" in scheme '
                               '"pkg/scheduler/apis/config/scheme/scheme.go:30"')
    election = found.get('leaderElection') or {}
    lease = f'{election.get("resourceNamespace", "kube-system")}/{election.get("resourceName", "kube-scheduler")}'
    share = found.get('percentageOfNodesToScore') or 0
    return Configuration(_profiles([{'percentageOfNodesToScore': share, **entry}
                                    for entry in found.get('profiles') or [{}]]),
                         lease if election.get('leaderElect', True) else '',
                         (found.get('clientConnection') or {}).get('kubeconfig', ''), _backoff(found))


def _backoff(found: Object) -> tuple[float, float]:
    """ValidateKubeSchedulerConfiguration."""
    first, most = (found.get(name, usual) for name, usual in (('podInitialBackoffSeconds', 1),
                                                              ('podMaxBackoffSeconds', 10)))
    if first <= 0:
        raise BadConfiguration(f'podInitialBackoffSeconds: Invalid value: {first}: must be greater than 0')
    if most < first:
        raise BadConfiguration(f'podMaxBackoffSeconds: Invalid value: {most}: must be greater than or equal to '
                               'PodInitialBackoffSeconds')
    return float(first), float(most)


def _profiles(entries: list[Object]) -> tuple[ProfileSettings, ...]:
    """SetDefaults_KubeSchedulerConfiguration and ValidateKubeSchedulerConfiguration."""
    if len(entries) == 1:
        entries = [{'schedulerName': DEFAULT_NAME, **entries[0]}]
    names: list[str] = []
    for place, entry in enumerate(entries):
        name = entry.get('schedulerName') or ''
        if not name:
            raise BadConfiguration(f'profiles[{place}].schedulerName: Required value')
        if name in names:
            raise BadConfiguration(f'profiles[{place}].schedulerName: Duplicate value: "{name}"')
        names.append(name)
    return tuple(_profile(entry) for entry in entries)


def _profile(entry: Object) -> ProfileSettings:
    plugins = entry.get('plugins') or {}

    def disabled(*points: str) -> frozenset[str]:
        return frozenset(plugin['name'] for point in ('multiPoint', *points)
                         for plugin in (plugins.get(point) or {}).get('disabled') or ())

    points = ('multiPoint', 'preFilter', 'filter', 'postFilter', 'score')
    enabled = {plugin['name']: plugin.get('weight') or 0 for point in points
               for plugin in (plugins.get(point) or {}).get('enabled') or ()}
    arguments: dict[str, Object] = {each.get('name', ''): each.get('args') or {}
                                    for each in entry.get('pluginConfig') or ()}
    strategy = _strategy(arguments.get('NodeResourcesFit', {}).get('scoringStrategy') or {})
    return ProfileSettings(entry['schedulerName'], disabled('preFilter', 'filter'), disabled('preScore', 'score'),
                           disabled('postFilter'), enabled, strategy, arguments,
                           entry.get('percentageOfNodesToScore') or 0)


def _strategy(given: dict[str, Any]) -> Strategy:
    kind = given.get('type', LEAST)
    if kind not in (LEAST, MOST, RATIO):
        raise BadConfiguration(f'profiles[0].pluginConfig[0].args.scoringStrategy.type: Unsupported value: "{kind}": '
                               f'supported values: "{LEAST}", "{MOST}", "{RATIO}"')
    resources = tuple((each['name'], each.get('weight') or 1) for each in given.get('resources') or ())
    shape = tuple((point.get('utilization') or 0, point.get('score') or 0)
                  for point in (given.get(RATIO[0].lower() + RATIO[1:]) or {}).get('shape') or ())
    return Strategy(kind, resources or Strategy().resources, shape)
