"""A cluster that things are done to at random, and what is left of them afterwards."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tutor.apimachinery import errors
from tutor.client.transport import Request, Response, Transport, WatchStream
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig
from tutor.cluster.simulation import Simulation

WORKLOADS = ('deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'jobs.batch', 'cronjobs.batch',
             'replicasets.apps', 'replicationcontrollers', 'pods', 'services', 'persistentvolumeclaims',
             'persistentvolumes')
LEFT_BEHIND = (*WORKLOADS, 'endpointslices.discovery.k8s.io', 'endpoints', 'controllerrevisions.apps',
               'poddisruptionbudgets.policy')
CLAIM = {'metadata': {'name': 'data'}, 'spec': {
    'accessModes': ['ReadWriteOnce'], 'storageClassName': 'manual', 'resources': {'requests': {'storage': '1Gi'}}}}
POD = {'terminationGracePeriodSeconds': 3, 'containers': [{'name': 'c', 'image': 'nginx', 'readinessProbe': {
    'httpGet': {'port': 80}, 'periodSeconds': 1}, 'livenessProbe': {'exec': {'command': ['true']}}}]}
ONCE = {'restartPolicy': 'Never', 'containers': [{'name': 'c', 'image': 'busybox', 'command': ['sleep', '2']}]}


def spec_of(resource: str, name: str, number: int) -> dict[str, Any]:
    labels = {'app': name}
    template = {'metadata': {'labels': labels}, 'spec': POD}
    if resource == 'jobs.batch':
        return {'completions': number + 1, 'parallelism': 2, 'template': {'spec': ONCE}}
    if resource == 'cronjobs.batch':
        return {'schedule': '* * * * *', 'jobTemplate': {'spec': {'template': {'spec': ONCE}}}}
    spec: dict[str, Any] = {'selector': {'matchLabels': labels}, 'template': template}
    if resource != 'daemonsets.apps':
        spec['replicas'] = number
    if resource == 'statefulsets.apps':
        spec |= {'serviceName': name, 'volumeClaimTemplates': [CLAIM], 'persistentVolumeClaimRetentionPolicy': {
            'whenDeleted': 'Delete', 'whenScaled': ('Delete', 'Retain')[number % 2]}}
    return spec


class Network:
    """How much of what the cluster's components ask of the API server fails, by chance."""

    def __init__(self, seed: int) -> None:
        self.rate = 0.0
        self.random = Simulation(seed).random
        self.streams: list[WatchStream] = []

    def fails(self) -> bool:
        return self.random.random() < self.rate

    def cut(self) -> None:
        """Some watches end."""
        self.streams, streams = [], self.streams
        for stream in streams:
            if self.random.random() < 0.3:
                stream.close()
            else:
                self.streams.append(stream)


class Flaky:
    """One component's way to the API server: a request fails before it is done, or after."""

    def __init__(self, transport: Transport, network: Network) -> None:
        self.transport = transport
        self.network = network
        self.random = network.random

    def send(self, request: Request) -> Response:
        if not self.network.fails():
            return self.transport.send(request)
        problem = self.random.choice((
            errors.internal_error('etcdserver: request timed out'), errors.timeout('request did not complete'),
            errors.too_many_requests('too many requests'), OSError('connection reset by peer'),
            errors.conflict('', 'things', 'x', 'the object has been modified')))
        if isinstance(problem, errors.StatusError) and problem.code in (409, 429):
            if problem.code == 409 and request.method not in ('PUT', 'PATCH'):
                return self.transport.send(request)
        elif self.random.random() < 0.5:  # it was done, and the answer is lost
            self.transport.send(request)
        if isinstance(problem, OSError):
            raise problem
        return Response(problem.code, problem.status)

    def watch(self, request: Request) -> WatchStream:
        if self.network.fails():
            raise OSError('connection refused')
        stream = self.transport.watch(request)
        self.network.streams.append(stream)
        return stream

    def stream(self, request: Request) -> Any:
        return self.transport.stream(request)

    def connect(self, request: Request) -> Any:
        return self.transport.connect(request)


class Trial:
    """One cluster, and what is done to it."""

    def __init__(self, seed: int = 0) -> None:
        self.cluster = Cluster(ClusterConfig(addons=(), host=('dns', 'proxy'), pulled=True), seed)
        self.network = Network(seed)
        for component in (self.cluster.controllers, self.cluster.scheduler):
            component.transport = Flaky(component.transport, self.network)
        self.cluster.boot()
        self.admin, self.simulation = self.cluster.admin, self.cluster.simulation
        self.kubelets = self.cluster.nodes.fleet.kubelets
        for kubelet in self.kubelets.values():
            kubelet.client.transport = Flaky(kubelet.client.transport, self.network)
        self.simulation.advance(30)

    def do(self, action: str, resource: str, number: int) -> None:
        kinds = {'deployments.apps': 'Deployment', 'statefulsets.apps': 'StatefulSet', 'daemonsets.apps': 'DaemonSet',
                 'jobs.batch': 'Job', 'cronjobs.batch': 'CronJob'}
        name, kubelet = f'{kinds[resource].lower()}-{number % 2}', self.kubelets[f'node0{number % 2 + 1}']
        group = resource.partition('.')[2]
        if action == 'create':
            self.admin.create(resource, {'apiVersion': f'{group}/v1', 'kind': kinds[resource], 'metadata': {
                'name': name, 'namespace': 'default'}, 'spec': spec_of(resource, name, number)})
            self.admin.create('services', {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {
                'name': name, 'namespace': 'default'}, 'spec': {'selector': {'app': name}, 'ports': [{'port': 80}]}})
        elif action == 'scale' and resource in WORKLOADS[:2]:
            self.admin.patch(resource, name, {'spec': {'replicas': number}}, 'default')
        elif action == 'image' and resource in WORKLOADS[:3]:
            self.admin.patch(resource, name, {'spec': {'template': {'metadata': {'annotations': {'n': str(number)}}}}},
                             'default')
        elif action == 'delete':
            policy = ('Background', 'Foreground')[number % 2]
            self.admin.delete(resource, name, 'default', {'propagationPolicy': policy})
        elif action == 'evict':
            for pod in self.admin.items('pods', 'default')[:number]:
                self.admin.create('pods', {'apiVersion': 'policy/v1', 'kind': 'Eviction', 'metadata': {
                    'name': pod['metadata']['name']}}, 'default', pod['metadata']['name'], 'eviction')
        elif action == 'stop' and kubelet.running:
            kubelet.stop()
        elif action == 'start':
            self.start(kubelet)
        elif action == 'wait':
            self.simulation.advance(number * 20)
        else:
            self.trouble(action, number)

    def offer_volumes(self) -> None:
        for number in range(4):
            self.admin.create('persistentvolumes', {
                'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': f'pv-{number}'}, 'spec': {
                    **CLAIM['spec'], 'resources': None, 'capacity': {'storage': '1Gi'},
                    'persistentVolumeReclaimPolicy': 'Delete', 'hostPath': {'path': f'/tmp/pv-{number}'}}})

    def trouble(self, action: str, number: int) -> None:
        """What happens to requests, and to the processes of the control plane."""
        if action == 'fail':
            self.network.rate = number / 5
        elif action == 'cut':
            self.network.cut()
        elif action == 'restart':
            component = (self.cluster.controllers, self.cluster.scheduler)[number % 2]
            component.stop()
            self.simulation.advance(number / 3)
            component.start()

    def start(self, kubelet: Any) -> None:
        if not kubelet.running:
            kubelet.start()
            self.cluster.nodes.fleet.resume(kubelet)

    def settle(self) -> None:
        """All works again, and everybody has had the time to try once more (the longest back-off of a work queue)."""
        self.network.rate = 0
        for kubelet in self.kubelets.values():
            self.start(kubelet)
        self.simulation.advance(1000)

    def unready(self) -> list[str]:
        """The workloads that are not what they should be; those that wait for volumes may."""
        return [obj['metadata']['name'] for resource in ('deployments.apps', 'daemonsets.apps')
                for obj in self.admin.items(resource) for status in (obj['status'],)
                if status.get('availableReplicas', status.get('numberAvailable', 0)) !=
                obj['spec'].get('replicas', status.get('desiredNumberScheduled'))]

    def changed_by_a_resync(self) -> set[str]:
        """What controllers write when they are told of everything once more, as informers do from time to time."""
        before = self._versions()
        for informer in self.cluster.controllers._informers._by_resource.values():
            for obj in list(informer.objects.values()):
                for handler in informer._handlers:
                    handler(obj, obj)
        self.simulation.advance(5)
        after = self._versions()
        return {name for name in {*before, *after} if before.get(name) != after.get(name)}

    def _versions(self) -> dict[str, str]:
        """The resourceVersion of everything but what is renewed, told or begun from time to time."""
        return {f'{store.resource.plural} {obj["metadata"]["name"]}': obj['metadata']['resourceVersion']
                for store in self.cluster.api.stores.all()
                if store.resource.plural not in ('events', 'leases', 'nodes', 'componentstatuses')
                for obj in store.list() if 'cronjob' not in obj['metadata']['name']}

    def delete_everything(self) -> None:
        for kubelet in self.kubelets.values():
            self.start(kubelet)
        for resource in WORKLOADS:
            for obj in self.admin.items(resource, 'default'):
                if obj['metadata']['name'] != 'kubernetes':
                    self.admin.delete(resource, obj['metadata']['name'], 'default', {'propagationPolicy': 'Background'})
        self.simulation.advance(700)  # longer than any deadline that somebody waits for

    def timers(self) -> Counter[str]:
        """What is still to happen, by what it is. A longer look ahead would only see heartbeats."""
        return Counter(getattr(timer.callback, '__qualname__', '?') for _, _, timer in self.simulation._timers
                       if not timer.cancelled)
