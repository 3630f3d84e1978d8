"""`chaos`: each fault takes one cause away, and the cluster does the rest; mended, everything comes back."""

from __future__ import annotations

import pytest

from tutor.cluster.faults.catalog import KINDS
from tutor.session.completion import complete
from tutor.shell.process import IO, Context
from tutor.shell.streams import BytesReader, Capture


def web(shell, replicas: int = 4) -> None:
    shell(f'kubectl create deployment web --image=nginx --replicas={replicas}', settle=20)


def test_a_machine_without_power_loses_its_pods_after_their_toleration(shell) -> None:
    web(shell)
    lost = shell.pods_on('node01')
    assert lost
    assert shell('chaos stop node01') == '1  stop node01  (已生效 · in force)\n'
    shell.wait(30)
    assert shell.nodes()['node01'] == 'Ready'
    shell.wait(30)
    assert shell.nodes() == {'controlplane': 'Ready', 'node01': 'NotReady', 'node02': 'Ready'}
    assert 'node.kubernetes.io/unreachable:NoExecute' in shell('kubectl describe node node01')
    shell.wait(280)
    assert 'Terminating' not in shell('kubectl get pods')
    shell.wait(30)
    assert shell('kubectl get pods').count('Terminating') == len(lost)
    assert len(shell.pods_on('node02')) == 4
    shell('chaos start node01', settle=60)
    assert shell.nodes()['node01'] == 'Ready'
    assert shell.pods_on('node01') == []


def test_a_machine_that_was_off_for_a_moment_restarts_its_pods(shell) -> None:
    web(shell)
    pod = shell.pods_on('node01')[0]
    shell('chaos stop node01', settle=15)
    shell('chaos start node01', settle=30)
    row = shell(f'kubectl get pod {pod} --no-headers').split()
    assert row[1:4] == ['1/1', 'Running', '1']
    told = shell(f'kubectl describe pod {pod}')
    assert 'Pod sandbox changed, it will be killed and re-created.' in told
    assert 'Reason:       Unknown\n      Exit Code:    255' in told
    assert 'has been rebooted, boot id:' in shell('kubectl get events')


def test_a_machine_without_network_keeps_its_pods(shell) -> None:
    web(shell)
    pod = shell.pods_on('node01')[0]
    shell('chaos partition node01 -', settle=60)
    assert shell.nodes()['node01'] == 'NotReady'
    assert shell(f'kubectl logs {pod}') == (
        f'Error from server: Get "https://172.30.2.2:10250/containerLogs/default/{pod}/nginx": '
        'dial tcp 172.30.2.2:10250: i/o timeout\n')
    assert 'Ready            Unknown' in shell('kubectl describe node node01')
    shell('chaos heal', settle=12)
    assert shell.nodes()['node01'] == 'Ready'
    assert shell(f'kubectl get pod {pod} --no-headers').split()[1:4] == ['1/1', 'Running', '0']
    assert '4/4' in shell('kubectl get deployment web')


@pytest.mark.parametrize(('fault', 'trouble'), [
    ('stop node02', 'connect: no route to host'), ('stop-kubelet node02', 'connect: connection refused'),
    ('partition - node02', 'i/o timeout')])
def test_a_kubelet_that_is_not_reached_serves_no_exec(shell, fault: str, trouble: str) -> None:
    web(shell)
    pod = shell.pods_on('node02')[0]
    shell(f'chaos {fault}')
    assert shell(f'kubectl exec {pod} -- hostname') == (
        f'Error from server: error dialing backend: dial tcp 172.30.3.2:10250: {trouble}\n')
    shell('chaos undo', settle=15)
    assert shell(f'kubectl exec {pod} -- hostname') == f'{pod}\n'


def test_without_a_kubelet_containers_run_but_are_not_restarted(shell) -> None:
    shell("kubectl run beat --image=busybox --overrides='{\"spec\":{\"nodeName\":\"node01\"}}' -- "
          "sh -c 'sleep 40; exit 1'", settle=10)
    shell('chaos stop-kubelet node01', settle=60)
    row = shell('kubectl get pod beat --no-headers').split()
    assert row[1:4] == ['1/1', 'Running', '0']
    shell('chaos start-kubelet node01', settle=15)
    assert shell('kubectl get pod beat --no-headers').split()[3] == '1'


def test_without_a_scheduler_new_pods_stay_pending_without_an_event(shell) -> None:
    shell('chaos kill kube-scheduler')
    shell('kubectl run web --image=nginx', settle=60)
    assert 'Pending' in shell('kubectl get pod web')
    assert 'Events:                      <none>' in shell('kubectl describe pod web')
    assert shell('kubectl get pods -n kube-system').count('CrashLoopBackOff') + shell(
        'kubectl get pods -n kube-system').count('Error') >= 1
    shell('chaos undo', settle=10)
    assert 'Running' in shell('kubectl get pod web')


def test_without_a_controller_manager_nothing_is_reconciled(shell) -> None:
    web(shell, 1)
    shell('chaos kill kube-controller-manager')
    shell('kubectl scale deployment web --replicas=3', settle=10)
    assert len(shell('kubectl get pods -o name').split()) == 1
    shell('chaos undo', settle=15)
    assert len(shell('kubectl get pods -o name').split()) == 3


def test_without_an_api_server_kubectl_is_refused_and_pods_run_on(shell) -> None:
    web(shell, 1)
    shell('kubectl expose deployment web --port=80', settle=2)
    address = shell("kubectl get service web -o jsonpath='{.spec.clusterIP}'")
    shell('chaos kill kube-apiserver')
    assert shell('kubectl get pods') == (
        'The connection to the server 172.30.1.2:6443 was refused - did you specify the right host or port?\n')
    assert 'Welcome to nginx!' in shell(f'curl -s http://{address}')
    shell.wait(120)
    shell('chaos undo', settle=15)
    assert set(shell.nodes().values()) == {'Ready'}


def test_without_etcd_the_api_server_answers_nothing(shell) -> None:
    shell('chaos kill etcd')
    assert shell('kubectl create namespace shop') == (
        'Error from server: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while '
        'dialing: dial tcp 127.0.0.1:2379: connect: connection refused"\n')
    assert '[-]etcd failed: reason withheld' in shell('kubectl get --raw /readyz')
    shell('chaos undo', settle=5)
    assert shell('kubectl create namespace shop') == 'namespace/shop created\n'


def test_certificates_expire(shell) -> None:
    shell('chaos expire-certificate admin')
    why = 'the server has asked for the client to provide credentials'
    *tries, last = shell('kubectl get pods').splitlines()
    assert [f"couldn't get current server API group list: {why}" in line for line in tries] == [True] * 5
    assert last == f'error: You must be logged in to the server ({why})'
    shell('chaos undo')
    shell('chaos expire-certificate apiserver')
    said = shell('kubectl get pods')
    assert ('Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is '
            'not yet valid: current time 2026-05-04T09:00:') in said
    shell('chaos undo')
    shell('chaos expire-certificate kubelet node01', settle=60)
    assert shell.nodes()['node01'] == 'NotReady'
    shell('chaos undo', settle=12)
    assert shell.nodes()['node01'] == 'Ready'


def test_registries_that_fail_or_are_slow(shell) -> None:
    shell('chaos fail-registry docker.io')
    shell('kubectl run cache --image=redis:7', settle=2)
    assert ('failed to resolve reference "docker.io/library/redis:7": unexpected status from HEAD request to '
            'https://registry-1.docker.io/v2/library/redis/manifests/7: 503 Service Unavailable'
            ) in shell('kubectl describe pod cache')
    shell.wait(15)
    assert 'ImagePullBackOff' in shell('kubectl get pod cache')
    shell('chaos clear', settle=60)
    assert 'Running' in shell('kubectl get pod cache')
    shell('chaos slow-registry 30s')
    shell('kubectl run web --image=nginx:1.27', settle=25)
    assert 'ContainerCreating' in shell('kubectl get pod web')
    shell.wait(20)
    assert 'Running' in shell('kubectl get pod web')


def test_names_do_not_resolve_while_dns_is_broken(shell) -> None:
    web(shell, 1)
    shell('kubectl expose deployment web --port=80', settle=2)
    shell('chaos break-dns', settle=2)
    assert 'Could not resolve host: web' in shell('kubectl exec deploy/web -- curl -sS http://web')
    shell('chaos undo', settle=2)
    assert 'Welcome to nginx!' in shell('kubectl exec deploy/web -- curl -sS http://web')


def test_what_cannot_be_broken_says_so_in_both_languages(shell) -> None:
    assert shell('chaos stop') == 'chaos: error: 用法：chaos stop NODE · usage: chaos stop NODE\n'
    assert 'there is no machine node9' in shell('chaos stop node9')
    assert '没有“melt”这种故障' in shell('chaos melt')
    assert '没有正在生效的故障 · no fault is in force' in shell('chaos undo')
    assert 'is no duration' in shell('chaos delay fast')
    shell('chaos delay 20ms')
    assert '已经生效' in shell('chaos delay 20ms')
    assert shell('chaos status') == '  1  delay 20ms\n'


def test_help_names_every_kind_in_both_languages(shell) -> None:
    told = shell('chaos list')
    for kind in KINDS:
        assert f'  {kind.name}' in told and kind.en in told and kind.zh in told


def test_on_a_real_cluster_there_is_nothing_to_break(shell) -> None:
    from tutor.session.chaos import chaos
    from tutor.session.clock import clock
    errors = Capture()
    ctx = Context(shell.bench.host)
    io = IO(BytesReader(), Capture(), errors)
    assert shell.bench.simulation.run_task(chaos(['chaos', 'list'], io, ctx)) == 1
    assert shell.bench.simulation.run_task(clock(['clock'], io, ctx)) == 1
    assert errors.text().count('this cluster is real') == 2


def test_a_fault_that_needs_the_api_server_says_when_it_does_not_answer(shell) -> None:
    shell('chaos kill etcd')
    assert 'the API server does not answer' in shell('chaos break-dns')
    assert shell('chaos status') == '  1  kill etcd\n'


@pytest.mark.parametrize(('typed', 'expected'), [
    ('chaos sto', ['stop', 'stop-kubelet']), ('chaos stop node', ['node01', 'node02']),
    ('chaos partition node01 ', ['-', 'controlplane', 'node01', 'node02']), ('chaos kill kube-s', ['kube-scheduler']),
    ('chaos expire-certificate ', ['admin', 'apiserver', 'kubelet']), ('chaos expire-certificate kubelet c',
                                                                      ['controlplane']),
    ('chaos slow-registry ', []), ('chaos he', ['heal']), ('chaos undo ', ['1'])])
def test_the_words_of_chaos_are_completed(shell, typed: str, expected: list[str]) -> None:
    shell('chaos delay 10ms')
    found = complete(shell.bench.shell, typed, len(typed))
    assert [each.text.strip() for each in found] == expected
    assert all(each.description.zh != each.description.en for each in found
               if each.description is not None and typed.count(' ') == 1)
