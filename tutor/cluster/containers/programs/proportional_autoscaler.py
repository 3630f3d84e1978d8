"""cluster-proportional-autoscaler: as many replicas as nodes or cores ask for (kubernetes-sigs)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import ceil
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import as_float
from tutor.cluster.containers.programs import in_cluster
from tutor.cluster.containers.programs.serving import go_flags
from tutor.shell.klog import Klog
from tutor.shell.process import IO, Context

RESOURCES = {'deployment': 'deployments.apps', 'replicaset': 'replicasets.apps', 'statefulset': 'statefulsets.apps',
             'replicationcontroller': 'replicationcontrollers'}
PERIOD = 10.0
AGENT = 'cluster-proportional-autoscaler'


class Unfit(Exception):
    """Flags or parameters that it cannot work with; the text is the program's."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the cluster is, with and without cordoned nodes."""

    nodes: int
    schedulable_nodes: int
    cores: int
    schedulable_cores: int


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """cluster-proportional-autoscaler --namespace --configmap --target --default-params --poll-period-seconds"""
    flags, _ = go_flags(argv[1:])
    log = Klog(ctx.simulation, io.stderr.write)
    try:
        scaler = _Autoscaler(flags, ctx, log)
    except (Unfit, OSError) as problem:
        log.errorf('autoscaler.go:49', str(problem))
        return 1
    log.infof('autoscaler.go:49', f'Scaling Namespace: {flags["namespace"]}, Target: {flags["target"].lower()}')
    await scaler.run(float(flags.get('poll-period-seconds') or PERIOD))
    return 0


class _Autoscaler:
    def __init__(self, flags: dict[str, str], ctx: Context, log: Klog) -> None:
        self._simulation = ctx.simulation
        self._log = log
        for name in ('namespace', 'configmap', 'target'):
            if not flags.get(name):
                raise Unfit(f'{name} parameter not specified')
        self._namespace, self._configmap = flags['namespace'], flags['configmap']
        kind, slash, self._name = flags['target'].partition('/')
        self._resource = RESOURCES.get(kind.lower().removesuffix('s'), '')
        if not slash or not self._resource:
            raise Unfit(f'target format error: {flags["target"]}')
        self._defaults: Object = json.loads(flags.get('default-params') or '{}')
        self._client = in_cluster.client(ctx, AGENT)
        self._version = ''

    async def run(self, period: float) -> None:
        while True:
            self._poll()
            await self._simulation.sleep(period)

    def _poll(self) -> None:
        """pollAPIServer."""
        doing = 'Error while getting cluster status'
        try:
            sizes = _sizes(self._client.items('nodes'))
            doing = 'Error syncing configMap with apiserver'
            found = self._parameters()
            doing = 'Error calculating expected replicas number'
            wanted = expected(found['data'], sizes)
            doing = 'Update failure'
            self._scale(wanted, sizes)
        except (StatusError, OSError, Unfit, ValueError) as problem:
            self._log.errorf('autoscaler_server.go:108', f'{doing}: {problem}')

    def _parameters(self) -> Object:
        """The ConfigMap, made with the default parameters where there is none."""
        found = self._client.find('configmaps', self._configmap, self._namespace)
        if found is None:
            self._log.infof('autoscaler_server.go:157', f'ConfigMap not found: configmaps "{self._configmap}" not '
                            'found, will create one with default params')
            data = {name: json.dumps(value, separators=(',', ':')) for name, value in self._defaults.items()}
            found = self._client.create('configmaps', {
                'apiVersion': 'v1', 'kind': 'ConfigMap', 'data': data,
                'metadata': {'name': self._configmap, 'namespace': self._namespace}})
            self._log.infof('k8sclient.go:147',
                            f'Created ConfigMap {self._configmap} in namespace {self._namespace}')
        version = found['metadata']['resourceVersion']
        if version != self._version:
            kind = next((name for name in ('linear', 'ladder') if name in (found.get('data') or {})), '')
            self._log.infof(f'{kind}_controller.go:59', f'ConfigMap version change (old: {self._version} new: '
                            f'{version}) - rebuilding params')
            self._version = version
        return {'data': {}, **found}

    def _scale(self, wanted: int, sizes: Sizes) -> None:
        scale = self._client.get(self._resource, self._name, self._namespace, 'scale')
        before = scale['spec'].get('replicas', 0)
        if wanted == before:
            return
        self._log.infof('k8sclient.go:272', f'Cluster status: SchedulableNodes[{sizes.schedulable_nodes}], '
                        f'SchedulableCores[{sizes.schedulable_cores}]')
        self._log.infof('k8sclient.go:273', 'Replicas are not as expected : updating replicas from '
                        f'{before} to {wanted}')
        self._client.update(self._resource, {**scale, 'spec': {'replicas': wanted}}, 'scale')


def _sizes(nodes: list[Object]) -> Sizes:
    """GetClusterStatus."""
    cores = {node['metadata']['name']: as_float(node['status']['allocatable']['cpu']) for node in nodes}
    open_ones = [node['metadata']['name'] for node in nodes if not node['spec'].get('unschedulable')]
    return Sizes(len(nodes), len(open_ones), ceil(sum(cores.values())), ceil(sum(cores[name] for name in open_ones)))


def expected(data: dict[str, str], sizes: Sizes) -> int:
    """How many replicas a ConfigMap's parameters ask for. Raises Unfit."""
    if 'linear' in data:
        return _linear(json.loads(data['linear']), sizes)
    if 'ladder' in data:
        return _ladder(json.loads(data['ladder']), sizes)
    raise Unfit('not a supported control mode')


def _linear(params: dict[str, Any], sizes: Sizes) -> int:
    """LinearController.getExpectedReplicasFromParams."""
    least, most = params.get('min') or 1, params.get('max') or 0
    per = (params.get('coresPerReplica') or 0, params.get('nodesPerReplica') or 0)
    if not any(per):
        raise Unfit('should at least provide either CoresPerReplica or NodesPerReplica (Greater than 0)')
    nodes, cores = ((sizes.nodes, sizes.cores) if params.get('includeUnschedulableNodes') else
                    (sizes.schedulable_nodes, sizes.schedulable_cores))
    if params.get('preventSinglePointFailure') and nodes > 1:
        least = max(least, 2)

    def bounded(count: int, each: float) -> int:
        found = ceil(count / each) if each else 1
        return max(least, min(most, found) if most else found)

    return max(bounded(cores, per[0]), bounded(nodes, per[1]))


def _ladder(params: dict[str, Any], sizes: Sizes) -> int:
    """LadderController.getExpectedReplicasFromParams: the last step that is not above."""
    nodes, cores = ((sizes.nodes, sizes.cores) if params.get('includeUnschedulableNodes') else
                    (sizes.schedulable_nodes, sizes.schedulable_cores))

    def step(count: int, steps: list[list[int]]) -> int:
        reached = [replicas for least, replicas in sorted(steps) if count >= least]
        return reached[-1] if reached else sorted(steps)[0][1] if steps else 0

    return max(step(cores, params.get('coresToReplicas') or []), step(nodes, params.get('nodesToReplicas') or []))
