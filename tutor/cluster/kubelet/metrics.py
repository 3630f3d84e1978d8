"""/metrics, /metrics/cadvisor, /metrics/resource and /metrics/probes of a kubelet: what it really counts and measures
(pkg/kubelet/metrics, pkg/kubelet/prober/prober_manager.go, metrics/collectors/resource_metrics.go, cAdvisor's
metrics/prometheus.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tutor.apimachinery.prometheus import ALPHA, COUNTER, GAUGE, STABLE, Family
from tutor.apimachinery.quantity import value as quantity_value
from tutor.cluster.containers.container import CREATED, EXITED, RUNNING, Container
from tutor.cluster.kubelet import pods
from tutor.cluster.kubelet.eviction.usage import STORAGE, container_use
from tutor.cluster.kubelet.probing import FAILURE, SUCCESS, UNKNOWN, WARNING
from tutor.cluster.kubelet.stats import Stats
from tutor.cluster.machine.kernel_files import machine_id, system_uuid

if TYPE_CHECKING:
    from tutor.cluster.containers.runtime import Sandbox
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.worker import PodWorker

Labels = dict[str, str]
OUTCOMES = {SUCCESS: 'successful', WARNING: 'successful', FAILURE: 'failed', UNKNOWN: 'unknown'}
PERIOD = 100_000
"""Microseconds in which a container may use its share of CPU (cpu.cfs_period_us)."""


def read(path: str, kubelet: Kubelet, stats: Stats) -> list[Family]:
    """The families of one path."""
    return {'metrics': _own, 'metrics/cadvisor': _cadvisor, 'metrics/resource': _resource,
            'metrics/probes': _probes}[path](kubelet, stats)


# -- the kubelet's own ------------------------------------------------------------------------------------------------


def _own(kubelet: Kubelet, stats: Stats) -> list[Family]:
    workers = stats.workers()
    name = Family('kubelet_node_name', f"{ALPHA}The node's name. The count is always 1.")
    name.add(1, {'node': kubelet.name})
    running = Family('kubelet_running_pods', f'{ALPHA}Number of pods that have a running pod sandbox')
    running.add(sum(sandbox.ready for sandbox in kubelet.runtime.sandboxes.values()))
    return [name, running, _containers_by_state(kubelet), *_pods_by_source(workers)]


def _containers_by_state(kubelet: Kubelet) -> Family:
    found = Family('kubelet_running_containers', f'{ALPHA}Number of containers currently running')
    states = [container.state for container in kubelet.runtime.containers.values()]
    for state in (CREATED, EXITED, RUNNING):
        if state in states:
            found.add(states.count(state), {'container_state': state})
    return found


def _pods_by_source(workers: list[PodWorker]) -> Iterator[Family]:
    static = sum(pods.is_static(worker.pod) for worker in workers)
    for name, words in (
            ('kubelet_active_pods', 'The number of pods the kubelet considers active and which are being considered '
                                    'when admitting new pods. static is true if the pod is not from the apiserver.'),
            ('kubelet_desired_pods', 'The number of pods the kubelet is being instructed to run. static is true if the '
                                     'pod is not from the apiserver.')):
        found = Family(name, f'{ALPHA}{words}')
        found.add(len(workers) - static, {'static': ''})
        found.add(static, {'static': 'true'})
        yield found
    mirrors = Family('kubelet_mirror_pods', f'{ALPHA}The number of mirror pods the kubelet will try to create (one per '
                                            'admitted static pod)')
    mirrors.add(static)
    yield mirrors


# -- /metrics/resource ------------------------------------------------------------------------------------------------


def _resource(kubelet: Kubelet, stats: Stats) -> list[Family]:
    now = kubelet.simulation.now
    stamp = _stamp(kubelet)
    cpu, memory, swap, since = (Family(f'container_{name}', f'{STABLE}{words}', kind) for name, words, kind in (
        ('cpu_usage_seconds_total', 'Cumulative cpu time consumed by the container in core-seconds', COUNTER),
        ('memory_working_set_bytes', 'Current working set of the container in bytes', GAUGE),
        ('swap_usage_bytes', 'Current amount of the container swap usage in bytes. Reported only on non-windows '
                             'systems', GAUGE),
        ('start_time_seconds', 'Start time of the container since unix epoch in seconds', GAUGE)))
    pod_cpu, pod_memory, pod_swap = (Family(f'pod_{name}', f'{STABLE}{words}', kind) for name, words, kind in (
        ('cpu_usage_seconds_total', 'Cumulative cpu time consumed by the pod in core-seconds', COUNTER),
        ('memory_working_set_bytes', 'Current working set of the pod in bytes', GAUGE),
        ('swap_usage_bytes', 'Current amount of the pod swap usage in bytes. Reported only on non-windows systems',
         GAUGE)))
    for worker in stats.workers():
        samples, meta = stats.containers(worker, now), worker.pod['metadata']
        pod = {'namespace': meta['namespace'], 'pod': meta['name']}
        for sample in samples:
            labels = {**pod, 'container': sample.name}
            cpu.add(sample.cpu, labels, stamp)
            memory.add(sample.memory, labels, stamp)
            swap.add(0, labels, stamp)
            since.add(_moment(kubelet, sample.since), labels)
        if samples:
            pod_cpu.add(sum(sample.cpu for sample in samples), pod, stamp)
            pod_memory.add(sum(sample.memory for sample in samples), pod, stamp)
            pod_swap.add(0, pod, stamp)
    return [cpu, memory, swap, since, pod_cpu, pod_memory, pod_swap, *_node(kubelet, stats, stamp)]


def _node(kubelet: Kubelet, stats: Stats, stamp: int) -> list[Family]:
    sample = stats.node(kubelet.simulation.now)
    cpu = Family('node_cpu_usage_seconds_total',
                 f'{STABLE}Cumulative cpu time consumed by the node in core-seconds', COUNTER)
    memory = Family('node_memory_working_set_bytes', f'{STABLE}Current working set of the node in bytes')
    swap = Family('node_swap_usage_bytes', f'{STABLE}Current swap usage of the node in bytes. Reported only on '
                                           'non-windows systems')
    failed = Family('resource_scrape_error', f'{STABLE}1 if there was an error while getting container metrics, 0 '
                                             'otherwise')
    cpu.add(sample.cpu, stamp=stamp)
    memory.add(sample.memory, stamp=stamp)
    swap.add(0, stamp=stamp)
    failed.add(0)
    return [cpu, memory, swap, failed]


# -- /metrics/probes --------------------------------------------------------------------------------------------------


def _probes(kubelet: Kubelet, stats: Stats) -> list[Family]:
    total = Family('prober_probe_total', f'{ALPHA}Cumulative number of a liveness, readiness or startup probe for a '
                                         'container by result.', COUNTER)
    for worker in stats.workers():
        meta = worker.pod['metadata']
        for (container, kind, outcome), times in worker.prober.counted().items():
            total.add(times, {'container': container, 'namespace': meta['namespace'], 'pod': meta['name'],
                              'pod_uid': meta['uid'], 'probe_type': kind.capitalize(), 'result': OUTCOMES[outcome]})
    return [total]


# -- /metrics/cadvisor ------------------------------------------------------------------------------------------------


CONTAINER = (
    ('cpu_usage_seconds_total', 'Cumulative cpu time consumed in seconds.', COUNTER),
    ('fs_usage_bytes', 'Number of bytes that are consumed by the container on this filesystem.', GAUGE),
    ('last_seen', 'Last time a container was seen by the exporter', GAUGE),
    ('memory_rss', 'Size of RSS in bytes.', GAUGE),
    ('memory_usage_bytes', 'Current memory usage in bytes, including all memory regardless of when it was accessed',
     GAUGE),
    ('memory_working_set_bytes', 'Current working set in bytes.', GAUGE),
    ('oom_events_total', 'Count of out of memory events observed for the container', COUNTER),
    ('processes', 'Number of processes running inside the container.', GAUGE),
    ('spec_cpu_period', 'CPU period of the container.', GAUGE),
    ('spec_cpu_quota', 'CPU quota of the container.', GAUGE),
    ('spec_memory_limit_bytes', 'Memory limit for the container.', GAUGE),
    ('start_time_seconds', 'Start time of the container since unix epoch in seconds.', GAUGE),
)


def _cadvisor(kubelet: Kubelet, stats: Stats) -> list[Family]:
    found = {name: Family(f'container_{name}', words, kind) for name, words, kind in CONTAINER}

    def add(labels: Labels, values: dict[str, float]) -> None:
        for name, value in values.items():
            extra = {'cpu': 'total'} if name == 'cpu_usage_seconds_total' else {}
            timeless = name.startswith('spec') or name in ('start_time_seconds', 'oom_events_total')
            found[name].add(value, {**labels, **extra}, None if timeless else _stamp(kubelet))

    node, now = stats.node(kubelet.simulation.now), kubelet.simulation.now
    root = {'container': '', 'id': '/', 'image': '', 'name': '', 'namespace': '', 'pod': ''}
    add(root, {'cpu_usage_seconds_total': node.cpu, 'memory_usage_bytes': node.memory,
               'memory_working_set_bytes': node.memory, 'last_seen': int(_moment(kubelet, now))})
    for sandbox in kubelet.runtime.sandboxes.values():
        _sandbox(kubelet, sandbox, add)
    return [*found.values(), *_machine(kubelet)]


def _sandbox(kubelet: Kubelet, sandbox: Sandbox, add: Callable[[Labels, dict[str, float]], None]) -> None:
    """The running containers of a pod, and the pod."""
    meta, now = sandbox.metadata, kubelet.simulation.now
    containers = [container for identity in sandbox.containers
                  if (container := kubelet.runtime.containers.get(identity)) is not None
                  and container.state == RUNNING and container.host is not None]
    pod = {'namespace': str(meta.get('namespace', '')), 'pod': str(meta.get('name', ''))}
    together: dict[str, float] = {}
    for container in containers:
        used = _used(container, now)
        for name, value in used.items():
            together[name] = together.get(name, 0) + value
        labels = {**pod, 'container': container.config.name, 'image': container.config.image, 'name': container.id,
                  'id': f'{sandbox.cgroup}/cri-containerd-{container.id}.scope'}
        add(labels, {**used, 'last_seen': int(_moment(kubelet, now)), **_limits(container),
                     'fs_usage_bytes': container_use(container, STORAGE),
                     'oom_events_total': int(bool(container.host and container.host.oom_killed)),
                     'start_time_seconds': int(_moment(kubelet, container.started_at or 0))})
    if containers:
        labels = {**pod, 'container': '', 'id': sandbox.cgroup, 'image': '',
                  'name': ''}
        add(labels, {**together, 'last_seen': int(_moment(kubelet, now)),
                     'start_time_seconds': int(_moment(kubelet, sandbox.created_at))})


def _used(container: Container, now: float) -> dict[str, float]:
    host = container.host
    assert host is not None
    return {'cpu_usage_seconds_total': host.meter.at(now), 'memory_rss': host.resident,
            'memory_usage_bytes': host.resident, 'memory_working_set_bytes': host.resident,
            'processes': len(host.own_processes())}


def _limits(container: Container) -> dict[str, float]:
    """The quota stands where there is one."""
    cpu = container.config.cpu_limit
    quota: dict[str, float] = {'spec_cpu_quota': int(cpu * PERIOD)} if cpu else {}
    return {**quota, 'spec_cpu_period': PERIOD, 'spec_memory_limit_bytes': container.config.memory_limit}


def _machine(kubelet: Kubelet) -> list[Family]:
    reporter, name = kubelet.reporter, kubelet.name
    labels = {'machine_id': machine_id(name), 'system_uuid': system_uuid(name), 'boot_id': reporter.boot_id()}
    cores = Family('machine_cpu_cores', 'Number of logical CPU cores.')
    memory = Family('machine_memory_bytes', 'Amount of memory installed on the machine.')
    failed = Family('container_scrape_error', '1 if there was an error while getting container metrics, 0 otherwise')
    cores.add(kubelet.machine.processors, labels)
    memory.add(quantity_value(reporter.capacity['memory']), labels)
    failed.add(0)
    return [cores, memory, failed]


def _moment(kubelet: Kubelet, when: float) -> float:
    """Seconds since 1970."""
    return kubelet.simulation.epoch.timestamp() + when


def _stamp(kubelet: Kubelet) -> int:
    return int(_moment(kubelet, kubelet.simulation.now) * 1000)
