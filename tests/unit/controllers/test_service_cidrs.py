"""Cluster addresses as objects: an IPAddress for each, ServiceCIDRs that are ready and kept while they are needed."""

from __future__ import annotations

import pytest

from tutor.session.workbench import Workbench

MORE = ("printf 'apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: {name: more}\n"
        "spec: {cidrs: [192.168.7.0/28]}\n' | kubectl apply -f -")
READY = "kubectl get servicecidr {} -o jsonpath='{{.status.conditions[0].status}} {{.status.conditions[0].reason}}'"


@pytest.fixture
def bench() -> Workbench:
    return Workbench()


def parents(bench: Workbench) -> list[str]:
    return bench.run("kubectl get ipaddresses --no-headers | awk '{print $2}' | sort").stdout.splitlines()


def test_every_cluster_address_is_an_object_as_long_as_its_service_is(bench: Workbench) -> None:
    before = parents(bench)
    assert 'services/default/kubernetes' in before
    bench.run('kubectl create service clusterip a --tcp=80')
    bench.run('kubectl create service clusterip b --tcp=80 --clusterip=None')
    assert set(parents(bench)) - set(before) == {'services/default/a'}
    address = bench.run("kubectl get service a -o jsonpath='{.spec.clusterIP}'").stdout
    taken = bench.run(f'kubectl create service clusterip c --tcp=80 --clusterip={address}')
    assert 'provided IP is already allocated' in taken.stderr
    outside = '{"spec":{"type":"ExternalName","externalName":"example.com","clusterIP":null,"clusterIPs":null}}'
    bench.run(f"kubectl patch service a -p '{outside}'")
    assert parents(bench) == before
    bench.run('kubectl create service clusterip d --tcp=80; kubectl delete service d')
    assert parents(bench) == before


def test_a_dry_run_takes_no_address(bench: Workbench) -> None:
    before = parents(bench)
    assert bench.run('kubectl create service clusterip a --tcp=80 --dry-run=server').code == 0
    assert parents(bench) == before


def test_a_range_is_ready_and_gives_addresses(bench: Workbench) -> None:
    assert bench.run(READY.format('kubernetes')).stdout == 'True '
    assert 'does not match the current range' in bench.run(
        'kubectl create service clusterip a --tcp=80 --clusterip=192.168.7.3').stderr
    bench.run(f'{MORE}; sleep 1')
    assert bench.run(READY.format('more')).stdout == 'True '
    assert bench.run('kubectl create service clusterip a --tcp=80 --clusterip=192.168.7.3').code == 0


def test_a_range_stays_until_no_service_needs_it(bench: Workbench) -> None:
    bench.run(f'{MORE}; sleep 1; kubectl create service clusterip a --tcp=80 --clusterip=192.168.7.3')
    bench.run('kubectl delete servicecidr more --wait=false; sleep 20')
    assert bench.run(READY.format('more')).stdout == 'False Terminating'
    assert bench.run('kubectl create service clusterip b --tcp=80 --clusterip=192.168.7.4').code == 1
    bench.run('kubectl delete service a; sleep 15')
    assert bench.run('kubectl get servicecidr more').code == 1


def test_a_schema_without_its_priority_level_dangles(bench: Workbench) -> None:
    def missing(name: str) -> str:
        return bench.run(f'kubectl get flowschema {name} --no-headers').stdout.split()[-1]
    assert missing('exempt') == 'False'
    bench.run("kubectl get flowschema probes -o json | jq '.metadata = {name: \"mine\"}' | kubectl create -f -")
    bench.run('sleep 1')
    assert missing('mine') == 'False'
    other = '{"spec":{"priorityLevelConfiguration":{"name":"no"}}}'
    bench.run(f"kubectl patch flowschema mine --type=merge -p '{other}'; sleep 1")
    assert missing('mine') == 'True'
