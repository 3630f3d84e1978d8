"""Bodies and answers in protobuf are the objects that JSON says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tutor.apimachinery import schema
from tutor.apimachinery.protobuf import swagger, wire
from tutor.apimachinery.protobuf.decoding import MAGIC, UnknownMessage, decode
from tutor.apimachinery.protobuf.encoding import Unencodable, encode
from tutor.apimachinery.protobuf.numbers import INLINE, fields_of, messages
from tutor.apimachinery.protobuf.wire import record
from tutor.apimachinery.resources import RESOURCES

JSON_ONLY = {'CustomResourceDefinition', 'APIService'}
NEWER = {'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'VolumeAttributesClass', 'DeviceClass',
         'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'}


POD = {
    'apiVersion': 'v1', 'kind': 'Pod',
    'metadata': {'name': 'a', 'labels': {'x': 'y'}, 'creationTimestamp': '2026-05-28T20:26:40Z', 'managedFields': [
        {'manager': 'm', 'fieldsV1': {'f:spec': {}}}]},
    'spec': {
        'volumes': [{'name': 'v', 'configMap': {'name': 'c', 'defaultMode': 420}}],
        'containers': [{
            'name': 'c', 'image': 'nginx', 'ports': [{'containerPort': 80}],
            'env': [{'name': 'K', 'valueFrom': {'secretKeyRef': {'name': 's', 'key': 'k', 'optional': False}}}],
            'resources': {'limits': {'cpu': '100m', 'memory': '1Gi'}},
            'readinessProbe': {'httpGet': {'path': '/', 'port': 'web'}, 'periodSeconds': 3},
            'livenessProbe': {'tcpSocket': {'port': 80}}, 'stdin': True}],
        'securityContext': {'runAsUser': 0, 'supplementalGroups': [1, -1]}, 'restartPolicy': 'Never',
        'terminationGracePeriodSeconds': 5}}


@pytest.mark.parametrize('obj', [
    POD,
    {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 's'}, 'data': {'k': 'AP8='}, 'stringData': {'a': 'b'}},
    {'apiVersion': 'apps/v1', 'kind': 'ControllerRevision', 'metadata': {'name': 'r'}, 'data': {'spec': {'a': [1]}},
     'revision': 3},
    {'apiVersion': 'networking.k8s.io/v1', 'kind': 'Ingress', 'metadata': {'name': 'i'}, 'spec': {'rules': [
        {'host': 'a.b', 'http': {'paths': [{'path': '/', 'pathType': 'Prefix', 'backend': {'service': {
            'name': 's', 'port': {'number': 80}}}}]}}]}},
    {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SubjectAccessReview', 'metadata': {}, 'spec': {
        'user': 'u', 'extra': {'k': ['a', 'b']}}},
    {'apiVersion': 'policy/v1', 'kind': 'PodDisruptionBudget', 'metadata': {'name': 'p'}, 'spec': {
        'minAvailable': '50%'}},
    {'apiVersion': 'apps/v1', 'kind': 'DeleteOptions', 'gracePeriodSeconds': 0, 'propagationPolicy': 'Foreground'},
])
def test_what_was_sent_comes_out(obj: dict[str, Any]) -> None:
    assert decode(encode(obj)) == obj


def test_every_kind_that_is_served_is_known_but_for_those_named() -> None:
    unknown = set()
    for resource in RESOURCES:
        definition = schema.for_resource(resource)
        if definition is not None and fields_of(definition.name) is None:
            unknown.add(resource.kind)
    assert unknown == JSON_ONLY | NEWER


def test_fields_are_the_schema_s() -> None:
    for name in messages():
        definition = schema.definition(name)
        if definition is not None:
            named = {field for field in (fields_of(name) or {}).values() if not field.startswith(INLINE)}
            assert named <= definition.fields.keys(), name


def test_nothing_is_dropped_in_silence() -> None:
    about = record(1, b'v1') + record(2, b'ConfigMap')
    with pytest.raises(UnknownMessage):
        decode(MAGIC + record(1, about) + record(2, record(99, b'new')))
    assert decode(MAGIC + record(1, about) + record(2, record(99, b''))) == {'kind': 'ConfigMap', 'apiVersion': 'v1'}
    with pytest.raises(UnknownMessage):
        decode(MAGIC + record(1, record(1, b'a.b/v1') + record(2, b'Custom')))


@pytest.mark.parametrize('data', [
    b'', b'{}', MAGIC + b'\xff\xff', MAGIC + b'\x0a\x05ab', encode(POD)[:-1],
    MAGIC + record(1, record(1, b'v1') + record(2, b'Pod')) + record(2, record(1, 7)),
    MAGIC + record(1, record(1, b'v1') + record(2, b'Pod')) + record(2, record(1, record(8, record(1, 1 << 62)))),
    MAGIC + record(1, record(1, b'apps/v1') + record(2, b'ControllerRevision')) + record(2, record(2, record(1, b'{'))),
])
def test_what_is_malformed_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)


# -- over HTTP ----------------------------------------------------------------------------------------------------

CONFIGMAPS = '/api/v1/namespaces/default/configmaps'
PROTOBUF = 'application/vnd.kubernetes.protobuf'
PARTIAL = ';as=PartialObjectMetadata;g=meta.k8s.io;v=v1'


def answered(caller, path: str, accept: str) -> tuple[int, str, bytes]:
    connection = caller.connection()
    try:
        connection.request('GET', path, headers={'Authorization': f'Bearer {caller.token}', 'Accept': accept})
        answer = connection.getresponse()
        return answer.status, answer.headers['Content-Type'], answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize('path', [
    '/api/v1/namespaces/default', '/api/v1/nodes', '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas', '/api/v1/services', '/apis/coordination.k8s.io/v1/leases',
    '/apis/scheduling.k8s.io/v1/priorityclasses', '/api/v1/namespaces/default/configmaps/kube-root-ca.crt',
    '/api/v1/namespaces/default/configmaps/none'])
def test_answers_say_in_protobuf_what_they_say_in_json(caller, path: str) -> None:
    def read(accept: str) -> tuple[int, Any]:
        status, kind, data = answered(caller, path, accept)
        if kind == 'application/json':
            return status, json.loads(data)
        assert kind == PROTOBUF
        return status, decode(data)

    def same() -> bool:  # leases are renewed between the two
        return read(f'{PROTOBUF},application/json') == read('application/json')

    caller.wait(same)


@pytest.mark.parametrize(('path', 'indented'), [
    ('/version', True), ('/', True), ('/api', False), ('/api?pretty=true', True), ('/api/v1/nodes', False)])
def test_some_answers_are_indented(caller, path: str, indented: bool) -> None:
    assert answered(caller, path, 'application/json')[2].startswith(b'{\n  "' if indented else b'{"')


def test_metadata_alone_comes_in_protobuf_of_custom_resources_too(caller) -> None:
    status, kind, data = answered(caller, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', PROTOBUF + PARTIAL)
    assert (status, kind) == (200, PROTOBUF) and b'PartialObjectMetadataList' in data


@pytest.mark.parametrize(('accept', 'kind'), [
    (f'{PROTOBUF};as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1;g=meta.k8s.io', 'application/json'),
    (f'{PROTOBUF},*/*', PROTOBUF), ('application/json', 'application/json')])
def test_a_table_is_never_protobuf(caller, accept: str, kind: str) -> None:
    assert answered(caller, CONFIGMAPS, accept)[:2] == (200, kind)


def test_a_kind_without_messages_is_the_next_thing_that_is_accepted(caller) -> None:
    path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    assert answered(caller, path, f'{PROTOBUF},application/json')[:2] == (200, 'application/json')
    assert answered(caller, path, PROTOBUF)[0] == 406


def test_a_field_that_has_no_number_is_not_left_out() -> None:
    with pytest.raises(Unencodable):
        encode({'apiVersion': 'v1', 'kind': 'Node', 'metadata': {}, 'status': {'newerThanTheNumbers': ['x']}})


@pytest.mark.parametrize('name', swagger.NAMES)
def test_open_api_v2_in_protobuf_has_every_definition(caller, name: str) -> None:
    status, kind, data = answered(caller, '/openapi/v2', name)
    document = dict(wire.records(data))
    known = json.loads(answered(caller, '/openapi/v2', 'application/json')[2])
    assert (status, kind) == (200, swagger.MEDIA) and document[1] == b'2.0'
    entries = [dict(wire.records(wire.content(part))) for _, part in wire.records(wire.content(document[9]))]
    found = {wire.text(entry[1]): dict(wire.records(wire.content(entry[2]))) for entry in entries}
    assert list(found) == list(known['definitions'])
    for text, message in found.items():
        assert wire.text(message.get(4, b'')) == known['definitions'][text].get('description', '')
    quantity = known['definitions']['io.k8s.apimachinery.pkg.api.resource.Quantity']
    assert quantity['type'] == 'string' and 'oneOf' not in quantity


def test_a_watch_comes_in_frames(caller) -> None:
    status, kind, data = answered(
        caller, f'{CONFIGMAPS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=kube-root-ca.crt', PROTOBUF)
    assert (status, kind) == (200, f'{PROTOBUF};stream=watch')
    size = int.from_bytes(data[:4], 'big')
    event = dict(wire.records(data[4:4 + size]))
    assert event[1] == b'ADDED'
    obj = decode(wire.content(dict(wire.records(wire.content(event[2])))[1]))
    assert obj == json.loads(answered(caller, f'{CONFIGMAPS}/kube-root-ca.crt', 'application/json')[2])
