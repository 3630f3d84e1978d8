"""CoreDNS answers by its Corefile: the ConfigMap that a learner edits."""

from __future__ import annotations

import json

import pytest

from tutor.cluster.network.corefile import CorefileError, parse
from tutor.session.workbench import Workbench

FORWARD = '    forward . /etc/resolv.conf {\n       max_concurrent 1000\n    }\n'
EXTRA = '''    ready
    log
    hosts {
       1.2.3.4 printer.office
       fallthrough
    }
    rewrite name suffix .corp.test .default.svc.cluster.local
'''


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.run('kubectl run box --image=busybox -- sleep 1d')
    bench.simulation.advance(10)
    return bench


def corefile(bench: Workbench) -> str:
    return bench.run("kubectl -n kube-system get configmap coredns -o jsonpath='{.data.Corefile}'").stdout


def change(bench: Workbench, text: str) -> None:
    patch = json.dumps({'data': {'Corefile': text}})
    assert bench.run(f"kubectl -n kube-system patch configmap coredns --type=merge -p '{patch}'").code == 0
    bench.simulation.advance(130)


def ask(bench: Workbench, name: str) -> str:
    return bench.run(f'kubectl exec box -- nslookup {name}').stdout


def test_hosts_rewrite_and_log_take_effect_after_a_reload(bench: Workbench) -> None:
    change(bench, corefile(bench).replace('    ready\n', EXTRA))
    assert 'Name:\tprinter.office\nAddress: 1.2.3.4\n' in ask(bench, 'printer.office')
    assert 'Name:\tkubernetes.corp.test\nAddress: 10.96.0.1\n' in ask(bench, 'kubernetes.corp.test')
    log = bench.run('kubectl -n kube-system logs -l k8s-app=kube-dns --tail=20').stdout
    assert '[INFO] Reloading complete' in log
    assert '"A IN printer.office. udp' in log


def test_a_broken_file_is_refused_by_those_that_run_and_by_those_that_start(bench: Workbench) -> None:
    change(bench, corefile(bench).replace('kubernetes cluster', 'kubernets cluster'))
    assert '10.96.0.1' in ask(bench, 'kubernetes.default.svc.cluster.local')
    said = "/etc/coredns/Corefile:7 - Error during parsing: Unknown directive 'kubernets'"
    assert f'[ERROR] Restart failed: {said}' in bench.run(
        'kubectl -n kube-system logs -l k8s-app=kube-dns --tail=9').stdout
    bench.run('kubectl -n kube-system delete pod -l k8s-app=kube-dns')
    bench.simulation.advance(60)
    assert said in bench.run('kubectl -n kube-system logs deploy/coredns').stdout
    assert 'no servers could be reached' in ask(bench, 'kubernetes.default.svc.cluster.local')


def test_what_no_plugin_answers_is_refused(bench: Workbench) -> None:
    assert FORWARD in corefile(bench)
    change(bench, corefile(bench).replace(FORWARD, '').replace('kubernetes cluster.local', 'kubernetes other.zone'))
    assert "can't find kubernetes.default.svc.cluster.local: REFUSED" in ask(
        bench, 'kubernetes.default.svc.cluster.local')
    assert '10.96.0.1' in ask(bench, 'kubernetes.default.svc.other.zone')


@pytest.mark.parametrize(('text', 'said'), [
    ('.:53 {\n  nope\n}\n', "f:2 - Error during parsing: Unknown directive 'nope'"),
    ('.:53 {\n  errors\n', 'f:2 - Error during parsing: Unexpected EOF'),
])
def test_what_is_wrong_is_said_by_line(text: str, said: str) -> None:
    with pytest.raises(CorefileError) as raised:
        parse(text, 'f')
    assert str(raised.value) == said


def test_blocks_have_zones_and_ports() -> None:
    first, second = parse('.:53 {\n errors\n}\ncorp.test:5353 a.test {\n forward . 10.0.0.1\n}\n', 'f')
    assert (first.zones, first.port) == (('.',), 53)
    assert (second.zones, second.port) == (('corp.test', 'a.test'), 5353)


def test_bind_looks_for_the_second_kind_under_the_name_that_it_found(bench: Workbench) -> None:
    change(bench, corefile(bench).replace('    ready\n', '    ready\n    log\n'))
    bench.run('kubectl run tool --image=registry.k8s.io/e2e-test-images/agnhost:2.39')
    bench.simulation.advance(10)
    bench.run('kubectl exec tool -- nslookup kubernetes.default')
    logged = bench.run('kubectl logs -n kube-system -l k8s-app=kube-dns --tail=-1').stdout
    asked = [line.split('"')[1].partition(' udp')[0] for line in logged.splitlines() if 'kubernetes.default' in line]
    assert sorted(asked) == [
        'A IN kubernetes.default.default.svc.cluster.local.', 'A IN kubernetes.default.svc.cluster.local.',
        'AAAA IN kubernetes.default.svc.cluster.local.']
