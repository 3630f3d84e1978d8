"""A new default cluster: its nodes, its add-ons, and what is lost with them."""

from __future__ import annotations

import pytest

from tutor.cluster import config
from tutor.cluster.config import BadClusterFile, ClusterConfig
from tutor.session.workbench import Workbench


@pytest.fixture(scope='module')
def bench() -> Workbench:
    return Workbench()


def test_three_nodes_are_ready(bench: Workbench) -> None:
    nodes = bench.cluster.admin.items('nodes')
    assert [node['metadata']['name'] for node in nodes] == ['controlplane', 'node01', 'node02']
    assert 'control-plane' in bench.run('kubectl get nodes').stdout


def test_the_components_run_as_pods(bench: Workbench) -> None:
    names = bench.run('kubectl get pods -n kube-system -o name').stdout
    for component in ('etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'):
        assert f'pod/{component}-controlplane\n' in names
    assert names.count('kube-proxy-') == 3
    assert names.count('coredns-') == 2
    assert bench.simulation.failures == []


def test_without_the_scheduler_pods_stay_pending_and_with_it_they_run() -> None:
    bench = Workbench()
    manifest = '/etc/kubernetes/manifests/kube-scheduler.yaml'
    files = bench.cluster.nodes.fleet.kubelets['controlplane'].machine.files
    text = files.read(manifest)
    files.remove(manifest)
    bench.simulation.advance(90)
    bench.run('kubectl run lonely --image=nginx')
    bench.simulation.advance(30)
    assert 'Pending' in bench.run('kubectl get pod lonely').stdout
    files.put(manifest, text)
    bench.simulation.advance(90)
    assert 'Running' in bench.run('kubectl get pod lonely').stdout


def test_services_answer_by_name_through_the_cluster_s_own_dns_and_proxy(bench: Workbench) -> None:
    bench.run('kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80')
    bench.simulation.advance(20)
    found = bench.run('kubectl run asks --image=busybox --restart=Never --rm -i -- wget -qO- http://web.default')
    assert 'Welcome to nginx!' in found.stdout


def test_a_bare_cluster_has_no_nodes_and_no_pods() -> None:
    bench = Workbench(ClusterConfig(nodes=(), addons=()))
    assert bench.run('kubectl get nodes,pods -A').stderr == 'No resources found\n'


@pytest.mark.parametrize(('data', 'said'), [
    ({'nodez': []}, 'nodez'), ({'nodes': [{'nam': 'a'}]}, 'nodes.0.name'), ({'containers': 'walk'}, 'containers')])
def test_a_cluster_file_that_is_wrong_says_where(data: dict, said: str) -> None:
    with pytest.raises(BadClusterFile, match=said):
        config.read(data)


def test_nslookup_of_busybox_shows_the_answer_to_every_suffix(bench: Workbench) -> None:
    bench.run('kubectl run box --image=busybox -- sleep 1d')
    bench.simulation.advance(10)
    asked = bench.run('kubectl exec box -- nslookup kubernetes')
    assert asked.stdout == (
        'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n'
        'Name:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n\n'
        "** server can't find kubernetes.svc.cluster.local: NXDOMAIN\n\n"
        "** server can't find kubernetes.cluster.local: NXDOMAIN\n\n"
        "*** Can't find kubernetes.default.svc.cluster.local: No answer\n\n"
        "** server can't find kubernetes.svc.cluster.local: NXDOMAIN\n\n"
        "** server can't find kubernetes.cluster.local: NXDOMAIN\n\n")
    assert asked.code == 1
    assert bench.run('kubectl exec box -- nslookup kubernetes.default.svc.cluster.local').code == 0
    dotted = bench.run('kubectl exec box -- nslookup kubernetes.default')
    assert "can't find kubernetes.default: NXDOMAIN" in dotted.stdout


def test_names_and_new_services_are_lost_with_their_add_ons() -> None:
    bench = Workbench()
    bench.run('kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80; '
              'kubectl run box --image=busybox -- sleep 1d')
    bench.simulation.advance(20)
    bench.run('kubectl -n kube-system delete deployment coredns; kubectl -n kube-system delete daemonset kube-proxy')
    bench.simulation.advance(10)
    assert bench.run('kubectl exec box -- wget -qO- http://web').stderr.startswith("wget: bad address 'web'\n")
    bench.run('kubectl expose deployment web --name=late --port=80')
    address = bench.run("kubectl get service web -o jsonpath='{.spec.clusterIP}'").stdout
    late = bench.run("kubectl get service late -o jsonpath='{.spec.clusterIP}'").stdout
    assert 'Welcome to nginx!' in bench.run(f'kubectl exec box -- wget -T 3 -qO- http://{address}').stdout
    assert 'wget: download timed out' in bench.run(f'kubectl exec box -- wget -T 3 -qO- http://{late}').stderr


def test_little_happens_in_an_idle_cluster() -> None:
    simulation = Workbench().simulation
    simulation.advance(120)
    end, steps = simulation.now + 3600, 0
    while (simulation.next_event() or end) < end:
        simulation.step()
        steps += 1
    assert steps < 2500, 'kubelets look for manifests, the API server at its Service, metrics-server at the kubelets'
