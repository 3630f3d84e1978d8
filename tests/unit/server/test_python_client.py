"""The official Python client works on a served cluster unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

kubernetes = pytest.importorskip('kubernetes', reason='the client `kubernetes` is not installed')
from kubernetes import client, config, dynamic, watch  # noqa: E402
from kubernetes.leaderelection import electionconfig, leaderelection  # noqa: E402
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock  # noqa: E402
from kubernetes.stream import portforward, stream  # noqa: E402

SPACE, POD = 'python', 'web'


@pytest.fixture(scope='session')
def core(served) -> client.CoreV1Api:
    config.load_kube_config(str(served.kubeconfig))
    api = client.CoreV1Api()
    api.create_namespace({'metadata': {'name': SPACE}})
    return api


@pytest.fixture(scope='session')
def pod(core: client.CoreV1Api) -> Iterator[str]:
    probe = {'httpGet': {'port': 80}, 'periodSeconds': 1}
    core.create_namespaced_pod(SPACE, {'metadata': {'name': POD}, 'spec': {'containers': [
        {'name': 'nginx', 'image': 'nginx:1.25', 'readinessProbe': probe}]}})
    watching = watch.Watch()
    for event in watching.stream(core.list_namespaced_pod, SPACE, timeout_seconds=20):
        if any(c.type == 'Ready' and c.status == 'True' for c in event['object'].status.conditions or ()):
            watching.stop()
    yield POD


def test_reads_and_lists_in_pages(core: client.CoreV1Api) -> None:
    assert client.VersionApi().get_code().git_version == 'v1.36.1'
    assert [node.metadata.name for node in core.list_node().items] == ['node01']
    names, token = [], None
    for number in range(5):
        core.create_namespaced_secret(SPACE, {'metadata': {'name': f's{number}'}, 'stringData': {'a': 'b'}})
    while token != '':
        page = core.list_namespaced_secret(SPACE, limit=2, _continue=token)
        names += [secret.metadata.name for secret in page.items]
        token = page.metadata._continue or ''
    assert names == ['s0', 's1', 's2', 's3', 's4']


def test_a_missing_object_is_an_exception_with_its_status(core: client.CoreV1Api) -> None:
    with pytest.raises(client.ApiException) as caught:
        core.read_namespaced_pod('none', SPACE)
    assert (caught.value.status, caught.value.reason) == (404, 'Not Found')
    assert 'pods \\"none\\" not found' in str(caught.value.body)


def test_a_watch_goes_on_where_the_last_one_ended(core: client.CoreV1Api) -> None:
    def seen(version: str, count: int) -> tuple[list[tuple[str, str]], str]:
        watching, found = watch.Watch(), []
        for event in watching.stream(core.list_namespaced_config_map, SPACE, resource_version=version,
                                     field_selector='metadata.name=seen', timeout_seconds=10):
            found.append((event['type'], event['object'].data['n']))
            if len(found) == count:
                watching.stop()
        return found, str(watching.resource_version)

    version = core.list_namespaced_config_map(SPACE).metadata.resource_version
    core.create_namespaced_config_map(SPACE, {'metadata': {'name': 'seen'}, 'data': {'n': '1'}})
    found, version = seen(version, 1)
    assert found == [('ADDED', '1')]
    core.patch_namespaced_config_map('seen', SPACE, {'data': {'n': '2'}})
    core.delete_namespaced_config_map('seen', SPACE)
    assert seen(version, 2)[0] == [('MODIFIED', '2'), ('DELETED', '2')]


def test_patches_of_all_types(core: client.CoreV1Api) -> None:
    core.create_namespaced_config_map(SPACE, {'metadata': {'name': 'patched'}, 'data': {'a': '1'}})

    def patch(body: Any, **more: str) -> dict[str, str]:
        return core.patch_namespaced_config_map('patched', SPACE, body, **more).data

    assert patch([{'op': 'add', 'path': '/data/b', 'value': '2'}]) == {'a': '1', 'b': '2'}
    assert patch({'data': {'a': None}}, _content_type='application/merge-patch+json') == {'b': '2'}
    assert patch({'data': {'c': '3'}}, _content_type='application/strategic-merge-patch+json') == {'b': '2', 'c': '3'}
    applied = {'apiVersion': 'v1', 'kind': 'ConfigMap', 'data': {'d': '4'}}
    assert patch(applied, _content_type='application/apply-patch+yaml', field_manager='test')['d'] == '4'


def test_the_dynamic_client_discovers_what_there_is(core: client.CoreV1Api) -> None:
    found = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version='apps/v1', kind='Deployment')
    template = {'metadata': {'labels': {'app': 'd'}}, 'spec': {'containers': [{'name': 'c', 'image': 'nginx:1.25'}]}}
    spec = {'replicas': 0, 'selector': {'matchLabels': {'app': 'd'}}, 'template': template}
    body = {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'd'}, 'spec': spec}
    assert found.server_side_apply(body=body, namespace=SPACE, name='d', field_manager='dynamic'
                                   ).metadata.managedFields[0].manager == 'dynamic'
    assert found.patch(body={'spec': {'paused': True}}, namespace=SPACE, name='d',
                       content_type='application/merge-patch+json').spec.paused is True
    assert found.subresources['scale'].get(name='d', namespace=SPACE).spec.replicas == 0
    found.delete(name='d', namespace=SPACE)


def test_execs(core: client.CoreV1Api, pod: str) -> None:
    said = stream(core.connect_get_namespaced_pod_exec, pod, SPACE, command=['echo', 'hello'], stdout=True)
    assert said == 'hello\n'
    shell = stream(core.connect_get_namespaced_pod_exec, pod, SPACE, command=['sh'], stdin=True, stdout=True,
                   stderr=True, _preload_content=False)
    shell.write_stdin('echo out; echo err >&2; exit 3\n')
    shell.run_forever(timeout=10)
    assert (shell.read_stdout(), shell.read_stderr(), shell.returncode) == ('out\n', 'err\n', 3)


def test_forwards_ports(core: client.CoreV1Api, pod: str) -> None:
    forwarded = portforward(core.connect_get_namespaced_pod_portforward, pod, SPACE, ports='80,81')
    open_, closed = forwarded.socket(80), forwarded.socket(81)
    assert closed.recv(10) == b''
    assert 'connection refused' in str(forwarded.error(81))
    open_.sendall(b'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    answer = b''
    while data := open_.recv(4096):
        answer += data
    assert answer.startswith(b'HTTP/1.1 200 OK\r\n') and answer.endswith(b'</html>\n')
    assert forwarded.error(80) is None


def test_follows_logs(core: client.CoreV1Api, pod: str) -> None:
    lines = watch.Watch().stream(core.read_namespaced_pod_log, pod, SPACE)
    assert 'docker-entrypoint' in next(lines)


def test_elects_a_leader_by_a_lease(core: client.CoreV1Api) -> None:
    def candidate(name: str) -> leaderelection.LeaderElection:
        lock = LeaseLock('lock', SPACE, name)
        return leaderelection.LeaderElection(electionconfig.Config(lock, 17, 15, 2, lambda: None, lambda: None))

    first = candidate('me')
    assert first.try_acquire_or_renew() and not candidate('other').try_acquire_or_renew()
    assert first.try_acquire_or_renew()
    assert client.CoordinationV1Api().read_namespaced_lease('lock', SPACE).spec.holder_identity == 'me'
