"""The kubelet's ports: who may ask what, as its configuration file says."""

from __future__ import annotations

from tests.unit.machine.conftest import Desk

CERT, KEY = (f'/etc/kubernetes/pki/apiserver-kubelet-client.{kind}' for kind in ('crt', 'key'))
CONFIG = '/var/lib/kubelet/config.yaml'


def get(desk: Desk, path: str, options: str = '') -> str:
    return desk.out(f'sudo curl -sk {options} https://node01:10250/{path} | head -c 110')


def reconfigure(desk: Desk, change: str) -> None:
    desk.out(f'ssh root@node01 "sed -i \'{change}\' {CONFIG}; systemctl restart kubelet"')
    desk.wait(3)


def test_clients_are_asked_who_they_are(shared: Desk) -> None:
    assert get(shared, 'pods') == 'Unauthorized'
    assert get(shared, 'pods', f'--cert {CERT} --key {KEY}').startswith('{"kind":"PodList","apiVersion":"v1"')
    token = '-H "Authorization: Bearer $(kubectl create token {})"'
    assert get(shared, 'healthz', token.format('default')) == (
        'Forbidden (user=system:serviceaccount:default:default, verb=get, resource=nodes, subresource(s)=[healthz '
        'proxy')
    assert get(shared, 'metrics/resource', token.format('-n kube-system metrics-server')).startswith('# HELP ')
    assert get(shared, 'pods', '-H "Authorization: Bearer nonsense"') == 'Unauthorized'


def test_the_configuration_lets_everybody_in(desk: Desk) -> None:
    reconfigure(desk, '/anonymous:/{n;s/false/true/}')
    assert get(desk, 'pods') == (
        'Forbidden (user=system:anonymous, verb=get, resource=nodes, subresource(s)=[pods proxy])\n')
    reconfigure(desk, 's/mode: Webhook/mode: AlwaysAllow/')
    assert get(desk, 'pods').startswith('{"kind":"PodList"')


def test_health_is_for_the_machine_itself(desk: Desk) -> None:
    assert desk.out('curl -s localhost:10248/healthz') == 'ok'
    assert desk.out('curl -s node01:10248/healthz; echo $?') == '7\n'
    reconfigure(desk, 's/healthzPort: 10248/healthzPort: 10348/')
    assert desk.out('ssh node01 "curl -s localhost:10348/healthz"') == 'ok'
    assert desk.out('ssh node01 "curl -s localhost:10248/healthz"; echo $?') == '7\n'


def test_pods_search_names_in_the_kubelet_s_domain(desk: Desk) -> None:
    reconfigure(desk, 's/clusterDomain: .*/clusterDomain: wrong.local/')
    desk.out("kubectl run x --image=busybox --overrides='{\"spec\":{\"nodeName\":\"node01\"}}' -- sleep 1d")
    desk.wait(5)
    assert desk.out('kubectl exec x -- head -1 /etc/resolv.conf') == (
        'search default.svc.wrong.local svc.wrong.local wrong.local\n')
