"""What the components of a cluster log when they start: `kubectl logs -n kube-system`."""

from __future__ import annotations

import json

import pytest

from tests.unit.machine.conftest import Desk


def said(shared: Desk, name: str) -> list[str]:
    """Lines without their times."""
    return [line[30:] for line in shared.out(f'kubectl logs -n kube-system {name}').splitlines()]


@pytest.mark.parametrize(('name', 'port', 'version'), [
    ('kube-scheduler', 10259, 'server.go:174] "Starting Kubernetes Scheduler" version="v1.36.1"'),
    ('kube-controller-manager', 10257, 'controllermanager.go:189] "Starting" version="v1.36.1"')])
def test_the_elected_tell_that_they_serve_and_lead(shared: Desk, name: str, port: int, version: str) -> None:
    lines = said(shared, f'{name}-controlplane')
    lock = f'lock="kube-system/{name}"'
    for line in (version, f'secure_serving.go:211] Serving securely on 127.0.0.1:{port}',
                 f'leaderelection.go:258] "Attempting to acquire leader lease..." {lock}',
                 f'leaderelection.go:272] "Successfully acquired lease" {lock}'):
        assert line in lines


def test_the_controller_manager_names_its_controllers(shared: Desk) -> None:
    lines = said(shared, 'kube-controller-manager-controlplane')
    assert 'controllermanager.go:778] "Started controller" controller="deployment-controller"' in lines
    assert lines.index('leaderelection.go:272] "Successfully acquired lease" '
                       'lock="kube-system/kube-controller-manager"') < lines.index(
        'controllermanager.go:778] "Started controller" controller="serviceaccount-controller"')


def test_the_api_server_names_its_plugins(shared: Desk) -> None:
    lines = said(shared, 'kube-apiserver-controlplane')
    assert 'options.go:263] external host was not specified, using 172.30.1.2' in lines
    mutating = next(line for line in lines if 'mutating admission' in line)
    assert mutating.startswith('plugins.go:157] Loaded 14 mutating admission controller(s) successfully in the '
                               'following order: NamespaceLifecycle,LimitRanger,ServiceAccount,NodeRestriction,')
    assert 'AlwaysPullImages' not in ''.join(lines)
    assert 'secure_serving.go:211] Serving securely on [::]:6443' in lines


def test_etcd_names_where_it_serves(shared: Desk) -> None:
    lines = [json.loads(line) for line in shared.out('kubectl logs -n kube-system etcd-controlplane').splitlines()]
    assert lines[0]['args'][0] == 'etcd'
    assert [line['address'] for line in lines if line['msg'] == 'serving client traffic securely'] == [
        '127.0.0.1:2379', '172.30.1.2:2379']


def test_the_proxy_tells_its_mode(shared: Desk) -> None:
    lines = said(shared, 'ds/kube-proxy')
    assert lines[0] == 'server_linux.go:53] "Using iptables proxy"'
    assert 'server.go:228] "Successfully retrieved NodeIPs" NodeIPs=["172.30.1.2"]' in lines
    assert 'server.go:539] "Version info" version="v1.36.1"' in lines
    assert lines[-2] == 'shared_informer.go:388] "Caches are synced" controller="service config"'


@pytest.mark.parametrize(('where', 'command', 'told'), [
    ('ds/kube-proxy', 'kube-proxy --version', 'Kubernetes v1.36.1\n'),
    ('kube-apiserver-controlplane', 'kube-apiserver --version', 'Kubernetes v1.36.1\n'),
    ('deploy/coredns', '/coredns -version', 'CoreDNS-1.14.2\nlinux/amd64, go1.26.2, 0c3c2a1\n'),
    ('etcd-controlplane', 'etcd --version', 'etcd Version: 3.6.8\n')])
def test_a_component_that_is_asked_for_its_version_only_tells_it(
        shared: Desk, where: str, command: str, told: str) -> None:
    assert told in shared.out(f'kubectl exec -n kube-system {where} -- {command}')
