"""What a kubelet counts and measures, as Prometheus reads it."""

from __future__ import annotations

import re

from tests.unit.kubelet.conftest import Lab


def metrics(lab: Lab, path: str) -> str:
    node = lab.get()['spec']['nodeName']
    return lab.cluster.nodes.fleet.kubelets[node].endpoint.read(path).body.decode()


def value(text: str, start: str) -> float:
    found = re.search(rf'^{re.escape(start)}\S* ([\d.e+-]+)(?: \d+)?$', text, re.MULTILINE)
    assert found is not None, start
    return float(found[1])


def test_probes_are_counted_also_those_that_nobody_sees(lab: Lab) -> None:
    lab.pod(image='nginx', container={'readinessProbe': {'httpGet': {'port': 80}, 'periodSeconds': 5}})
    lab.ready()
    pattern = r'probe_type="Readiness",result="successful"\} (\d+)'
    before = re.search(pattern, metrics(lab, 'metrics/probes'))
    lab.simulation.advance(100)
    after = re.search(pattern, metrics(lab, 'metrics/probes'))
    assert before is not None and after is not None
    assert int(after[1]) - int(before[1]) == 20
    uid = lab.get()['metadata']['uid']
    assert f'prober_probe_total{{container="main",namespace="default",pod="web",pod_uid="{uid}",' in metrics(
        lab, 'metrics/probes')


def test_what_pods_use_is_measured_in_two_ways(lab: Lab) -> None:
    lab.pod(command=['sh', '-c', 'while true; do :; done'], container={
        'resources': {'limits': {'cpu': '500m', 'memory': '64Mi'}}})
    lab.ready()
    lab.simulation.advance(60)
    resource, cadvisor = metrics(lab, 'metrics/resource'), metrics(lab, 'metrics/cadvisor')
    start = 'container_cpu_usage_seconds_total{container="main"'
    assert value(resource, start) == value(cadvisor, start) > 20
    assert value(resource, 'pod_cpu_usage_seconds_total{namespace="default",pod="web"') == value(resource, start)
    assert value(cadvisor, 'container_spec_cpu_quota{container="main"') == 50000
    assert value(cadvisor, 'container_spec_memory_limit_bytes{container="main"') == 64 << 20
    assert '# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n' in resource
    assert re.search(r'id="/kubepods.slice/kubepods-pod[\w]+\.slice/cri-containerd-\w{64}\.scope"', cadvisor)
    assert 'machine_cpu_cores{' in cadvisor


def test_a_kubelet_counts_its_pods(lab: Lab) -> None:
    lab.pod(command=['sleep', '9999'])
    lab.ready()
    text = metrics(lab, 'metrics')
    assert f'kubelet_node_name{{node="{lab.get()["spec"]["nodeName"]}"}} 1\n' in text
    running = value(text, 'kubelet_running_containers{container_state="running"')
    assert value(text, 'kubelet_running_pods') == running > 0
