"""Other people's clients on a served cluster: a kopf operator, lightkube, kr8s."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import urllib.request
from collections.abc import Iterator

import pytest

CRD = {
    'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition',
    'metadata': {'name': 'greetings.tutor.example.com'},
    'spec': {
        'group': 'tutor.example.com', 'scope': 'Namespaced',
        'names': {'plural': 'greetings', 'singular': 'greeting', 'kind': 'Greeting'},
        'versions': [{
            'name': 'v1', 'served': True, 'storage': True, 'subresources': {'status': {}},
            'schema': {'openAPIV3Schema': {'type': 'object', 'properties': {
                'spec': {'type': 'object', 'required': ['who'], 'properties': {'who': {'type': 'string'}}},
                'status': {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}}}}}]}}
GREETINGS = '/apis/tutor.example.com/v1/namespaces/default/greetings'
JSON = 'application/json'


@pytest.fixture
def kubeconfig(served, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv('KUBECONFIG', str(served.kubeconfig))
    return str(served.kubeconfig)


@pytest.fixture
def operator(kubeconfig: str, caller) -> Iterator[None]:
    """A small operator: it keeps a greeting in the status, and adds a finalizer since it wants to hear of the end."""
    kopf = pytest.importorskip('kopf', reason='the client `kopf` is not installed')
    caller.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', json.dumps(CRD).encode(),
               Content_Type=JSON)
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    def login(**known):
        return kopf.login_with_kubeconfig(**known)

    @kopf.on.create('greetings', registry=registry)
    @kopf.on.update('greetings', registry=registry)
    def greet(spec, patch, **_) -> None:
        patch.status['text'] = f'hello {spec["who"]}'

    @kopf.on.delete('greetings', registry=registry)
    def forget(**_) -> None: ...

    ready, stop = threading.Event(), threading.Event()

    async def run() -> None:
        await kopf.operator(registry=registry, ready_flag=ready, stop_flag=stop, namespaces=['default'],
                            settings=kopf.OperatorSettings(), standalone=True)

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(10)
    yield
    stop.set()
    thread.join(10)


def test_a_kopf_operator_reconciles_a_custom_resource(operator: None, caller) -> None:
    body = {'apiVersion': 'tutor.example.com/v1', 'kind': 'Greeting', 'metadata': {'name': 'one'},
            'spec': {'who': 'world'}}
    caller.ask('POST', GREETINGS, json.dumps(body).encode(), Content_Type=JSON)
    caller.until(f'{GREETINGS}/one', lambda found: found.get('status', {}).get('text') == 'hello world')
    caller.ask('PATCH', f'{GREETINGS}/one', b'{"spec":{"who":"moon"}}', Content_Type='application/merge-patch+json')
    found = caller.until(f'{GREETINGS}/one', lambda found: found.get('status', {}).get('text') == 'hello moon')
    assert found['metadata']['finalizers'] == ['kopf.zalando.org/KopfFinalizerMarker']
    caller.ask('DELETE', f'{GREETINGS}/one')
    caller.until(f'{GREETINGS}/one', lambda found: found.get('code') == 404)


def test_lightkube(kubeconfig: str) -> None:
    lightkube = pytest.importorskip('lightkube', reason='the client `lightkube` is not installed')
    from lightkube.generic_resource import load_in_cluster_generic_resources
    from lightkube.models.meta_v1 import ObjectMeta
    from lightkube.resources.core_v1 import ConfigMap, Node
    from lightkube.types import PatchType
    api = lightkube.Client(field_manager='lightkube')
    assert [node.metadata.name for node in api.list(Node)] == ['node01']
    wanted = ConfigMap(apiVersion='v1', kind='ConfigMap', metadata=ObjectMeta(name='light', namespace='default'),
                       data={'a': '1'})
    assert api.apply(wanted).metadata.managedFields[0].manager == 'lightkube'
    assert api.patch(ConfigMap, 'light', {'data': {'b': '2'}}, patch_type=PatchType.MERGE).data == {'a': '1', 'b': '2'}
    event, found = next(iter(api.watch(ConfigMap, namespace='default', fields={'metadata.name': 'light'})))
    assert (event, found.metadata.name) == ('ADDED', 'light')
    load_in_cluster_generic_resources(api)
    api.delete(ConfigMap, 'light')


def _free_port() -> int:
    """A port below those that the system gives to connections: the client's own choice may be one of them."""
    for port in range(21_000, 30_000):
        with socket.socket() as place, contextlib.suppress(OSError):
            place.bind(('127.0.0.1', port))
            return port
    raise AssertionError('no port is free')


@pytest.mark.filterwarnings('ignore:Kubernetes version')
def test_kr8s(kubeconfig: str) -> None:
    kr8s = pytest.importorskip('kr8s', reason='the client `kr8s` is not installed')
    from kr8s.objects import Pod
    api = kr8s.api(kubeconfig=kubeconfig)
    container = {'name': 'c', 'image': 'nginx:1.25', 'readinessProbe': {'httpGet': {'port': 80}, 'periodSeconds': 1}}
    pod = Pod({'metadata': {'name': 'kr8s', 'namespace': 'default'}, 'spec': {'containers': [container]}}, api=api)
    pod.create()
    pod.wait('condition=Ready', timeout=20)
    assert pod.exec(['echo', 'hello']).stdout == b'hello\n'
    with (pod.portforward(80, local_port=_free_port()) as port,
          urllib.request.urlopen(f'http://127.0.0.1:{port}') as answer):
        assert answer.read().startswith(b'<!DOCTYPE html>')
    pod.label({'seen': 'yes'})
    assert [found.name for found in api.get('pods', label_selector={'seen': 'yes'})] == ['kr8s']
    pod.delete()
