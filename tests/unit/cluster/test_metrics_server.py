"""Resource use: what containers really do shows in `kubectl top` and moves an autoscaler, through metrics-server."""

from __future__ import annotations

import json

import pytest

from tutor.session.workbench import Workbench

PHP_APACHE = """
kubectl create deployment php-apache --image=registry.k8s.io/hpa-example --port=80
kubectl set resources deployment php-apache --requests=cpu=200m --limits=cpu=500m
kubectl expose deployment php-apache
kubectl autoscale deployment php-apache --cpu=50% --min=1 --max=10
"""
LOAD = ('kubectl run load --image=busybox --restart=Never -- '
        'sh -c "while sleep 0.01; do wget -q -O- http://php-apache; done"')


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    bench.simulation.advance(30)
    return bench


def cores(bench: Workbench, pod: str) -> float:
    path = f'/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/{pod}'
    found = json.loads(bench.run(f'kubectl get --raw {path}').stdout)
    text = found['containers'][0]['usage']['cpu']
    return float(text[:-1]) / {'n': 1e9, 'u': 1e6, 'm': 1e3}[text[-1]] if not text.isdigit() else float(text)


def test_top_shows_nodes_and_the_components_of_the_cluster(bench: Workbench) -> None:
    nodes = bench.run('kubectl top nodes').stdout.splitlines()
    assert nodes[0].split() == ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)']
    assert [line.split()[0] for line in nodes[1:]] == ['controlplane', 'node01', 'node02']
    first = bench.run('kubectl top pods -A --sort-by=cpu --no-headers').stdout.splitlines()[0]
    assert 'kube-apiserver-controlplane' in first


def test_a_young_pod_is_not_measured_yet(bench: Workbench) -> None:
    bench.run('kubectl run young --image=nginx')
    bench.simulation.advance(5)
    assert bench.run('kubectl top pod').stderr == 'error: metrics not available yet\n'
    bench.simulation.advance(40)
    assert 'young' in bench.run('kubectl top pod young').stdout
    assert bench.run('kubectl top pod young --containers').stdout.split()[:5] == [
        'POD', 'NAME', 'CPU(cores)', 'MEMORY(bytes)', 'young']


@pytest.mark.parametrize('script', ['while true; do :; done', 'yes > /dev/null'])
def test_a_busy_loop_uses_a_core_until_it_is_limited(bench: Workbench, script: str) -> None:
    bench.run('kubectl delete pod busy limited --ignore-not-found --now')
    limits = '{"spec":{"containers":[{"name":"limited","image":"busybox","resources":{"limits":{"cpu":"150m"}},' \
             f'"command":["sh","-c","{script}"]}}]}}}}'
    bench.run(f'kubectl run busy --image=busybox -- sh -c "{script}"')
    bench.run(f"kubectl run limited --image=busybox --overrides='{limits}'")
    bench.simulation.advance(60)
    assert cores(bench, 'busy') == pytest.approx(1.0, abs=0.01)
    assert cores(bench, 'limited') == pytest.approx(0.15, abs=0.01)
    bench.run('kubectl delete pod busy limited --now')


def test_busy_containers_share_a_machine_by_their_requests() -> None:
    bench = Workbench()
    for name, request in (('small', '100m'), ('large', '300m')):
        spec = {'spec': {'nodeName': 'node01', 'containers': [{
            'name': name, 'image': 'polinux/stress', 'command': ['stress', '--cpu', '4'],
            'resources': {'requests': {'cpu': request}}}]}}
        bench.run(f"kubectl run {name} --image=polinux/stress --overrides='{json.dumps(spec)}'")
    bench.simulation.advance(60)
    assert cores(bench, 'small') == pytest.approx(0.5, abs=0.02)
    assert cores(bench, 'large') == pytest.approx(1.5, abs=0.02)


def test_load_scales_up_and_quiet_scales_down_after_the_window() -> None:
    bench = Workbench()
    for line in PHP_APACHE.strip().splitlines():
        assert bench.run(line).code == 0
    bench.simulation.advance(60)
    assert 'cpu: 0%/50%' in bench.run('kubectl get hpa').stdout
    bench.run(LOAD)
    bench.simulation.advance(150)
    busy = bench.cluster.admin.get('deployments.apps', 'php-apache', 'default')['spec']['replicas']
    assert 5 <= busy <= 10
    bench.run('kubectl delete pod load --now')
    bench.simulation.advance(240)
    assert bench.cluster.admin.get('deployments.apps', 'php-apache', 'default')['spec']['replicas'] >= 5
    bench.simulation.advance(240)
    assert bench.cluster.admin.get('deployments.apps', 'php-apache', 'default')['spec']['replicas'] == 1
    assert bench.simulation.failures == []


def test_without_metrics_server_top_and_autoscalers_say_so() -> None:
    bench = Workbench()
    bench.run('kubectl -n kube-system scale deployment metrics-server --replicas=0')
    bench.simulation.advance(5)
    assert bench.run('kubectl top nodes').stderr == 'error: Metrics API not available\n'
    shown = bench.run('kubectl get apiservice v1beta1.metrics.k8s.io').stdout
    assert 'kube-system/metrics-server   False (MissingEndpoints)' in shown
    assert bench.run('kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes').stderr.startswith(
        'Error from server (ServiceUnavailable): the server is currently unable to handle the request')
    bench.run('kubectl create namespace old')
    bench.run('kubectl delete namespace old --wait=false')
    bench.simulation.advance(20)
    assert bench.run("kubectl get namespace old -o jsonpath='{.status.conditions[0].message}'").stdout == (
        'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: '
        'metrics.k8s.io/v1beta1: stale GroupVersion discovery: metrics.k8s.io/v1beta1')
    bench.run('kubectl -n kube-system delete apiservice v1beta1.metrics.k8s.io')
    assert 'metrics.k8s.io' not in bench.run('kubectl api-versions').stdout


def test_a_kubelet_that_is_down_is_not_measured() -> None:
    bench = Workbench()
    bench.simulation.advance(30)
    own = bench.run("kubectl -n kube-system get pod -l k8s-app=metrics-server -o jsonpath='{.items[0].spec.nodeName}'")
    lost = 'node02' if own.stdout == 'node01' else 'node01'
    bench.cluster.nodes.fleet.kubelets[lost].stop()
    bench.simulation.advance(40)
    assert f'{lost}         <unknown>    <unknown>   <unknown>       <unknown>' in bench.run('kubectl top nodes').stdout
    log = bench.run('kubectl -n kube-system logs deploy/metrics-server --tail=1').stdout
    assert '"Failed to scrape node" err="Get \\"https://172.30.' in log
    assert ':10250: connect: connection refused' in log
