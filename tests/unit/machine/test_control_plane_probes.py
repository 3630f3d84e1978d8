"""How the control plane is probed, and what its programs say of their health on ports of their own."""

from __future__ import annotations

import json

import pytest

from tests.unit.machine.conftest import Desk

MANIFESTS = '/etc/kubernetes/manifests'


def test_the_control_plane_is_probed(shared: Desk) -> None:
    pods = json.loads(shared.out('kubectl get pods -n kube-system -l tier=control-plane -o json'))['items']
    probes = {pod['metadata']['labels']['component']: {
        kind: (probe['httpGet']['path'], probe['periodSeconds']) for kind, probe in pod['spec']['containers'][0].items()
        if kind.endswith('Probe')} for pod in pods}
    slow, ready = {'livenessProbe': ('/livez', 10), 'startupProbe': ('/livez', 10)}, {'readinessProbe': ('/readyz', 1)}
    assert probes == {
        'etcd': {**slow, **ready, 'startupProbe': ('/readyz', 10)}, 'kube-apiserver': {**slow, **ready},
        'kube-controller-manager': {'livenessProbe': ('/healthz', 10), 'startupProbe': ('/healthz', 10)},
        'kube-scheduler': {**slow, **ready}}


@pytest.mark.parametrize(('url', 'said'), [
    ('https://127.0.0.1:10259/livez', 'ok'),
    ('https://127.0.0.1:10259/readyz?verbose', '[+]leaderElection ok\nreadyz check passed\n'),
    ('https://127.0.0.1:10257/healthz', 'ok'),
    ('https://127.0.0.1:10257/livez', '404 page not found\n'),
    ('http://127.0.0.1:2381/health', '{"health":"true","reason":""}'),
    ('http://127.0.0.1:2381/readyz', 'ok\n'),
    ('http://127.0.0.1:2381/version', '{"etcdserver":"3.6.8","etcdcluster":"3.6.0","storage":"3.6.0"}'),
])
def test_programs_of_the_control_plane_say_how_they_are(shared: Desk, url: str, said: str) -> None:
    assert shared.out(f'curl -sk {url}') == said


def test_the_rest_of_the_scheduler_s_port_is_not_for_everyone(shared: Desk) -> None:
    answer = json.loads(shared.out('curl -sk https://127.0.0.1:10259/metrics'))
    assert (answer['code'], answer['message']) == \
        (403, 'forbidden: User "system:anonymous" cannot get path "/metrics"')


def test_a_scheduler_that_starts_is_not_ready_at_once(small: Desk) -> None:
    small.out(f'sudo mv {MANIFESTS}/kube-scheduler.yaml /tmp/; sleep 40')
    small.out(f'sudo mv /tmp/kube-scheduler.yaml {MANIFESTS}/; sleep 8')
    line = 'kubectl get pod -n kube-system kube-scheduler-controlplane --no-headers'
    assert small.out(line).split()[1:3] == ['0/1', 'Running']
    assert small.out(f'sleep 25; {line}').split()[1:3] == ['1/1', 'Running']


def test_an_api_server_whose_etcd_is_gone_is_restarted_by_its_liveness_probe(small: Desk) -> None:
    small.out(f'sudo mv {MANIFESTS}/etcd.yaml /tmp/; sleep 150; sudo mv /tmp/etcd.yaml {MANIFESTS}/; sleep 400')
    pod = json.loads(small.out('kubectl get pod -n kube-system kube-apiserver-controlplane -o json'))
    status = pod['status']['containerStatuses'][0]
    assert status['ready'] and status['restartCount'] >= 1


def test_an_api_server_at_another_port_is_not_found_and_started_again(desk: Desk) -> None:
    manifest = '/etc/kubernetes/manifests/kube-apiserver.yaml'
    desk.out(f'sudo sed -i s/--secure-port=6443/--secure-port=6444/ {manifest}')
    desk.wait(30)
    assert 'The connection to the server 172.30.1.2:6443 was refused' in desk.out('kubectl get nodes')
    assert 'node02' in desk.out('kubectl -s https://172.30.1.2:6444 get nodes')
    desk.wait(300)
    assert 'Exited' in desk.out('sudo crictl ps -a --name kube-apiserver')
    desk.out(f'sudo sed -i s/--secure-port=6444/--secure-port=6443/ {manifest}')
    desk.wait(60)
    assert 'node02' in desk.out('kubectl get nodes')


@pytest.mark.parametrize(('flag', 'said'), [
    ('secure-port=64a', '"64a" for "--secure-port" flag: strconv.ParseInt: parsing "64a": invalid syntax'),
    ('anonymous-auth=no', '"no" for "--anonymous-auth" flag: strconv.ParseBool: parsing "no": invalid syntax'),
])
def test_flags_of_a_wrong_type_are_refused(small: Desk, flag: str, said: str) -> None:
    name = flag.partition('=')[0]
    small.out(rf"sudo sed -i -e '/--{name}=/d' -e 's|^    - kube-apiserver$|&\n    - --{flag}|' "
              f'{MANIFESTS}/kube-apiserver.yaml')
    small.wait(20)
    log = small.out('sudo crictl logs $(sudo crictl ps -aq --name kube-apiserver | head -1)')
    assert log == f'Error: invalid argument {said}\n'
