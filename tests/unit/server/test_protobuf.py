"""Bodies in protobuf become the objects that they were."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tutor.apimachinery import schema
from tutor.apimachinery.resources import RESOURCES
from tutor.apimachinery.schema import Definition, Field
from tutor.server.protobuf.decoding import MAGIC, UnknownMessage, decode
from tutor.server.protobuf.numbers import INLINE, fields_of, messages

JSON_ONLY = {'CustomResourceDefinition', 'APIService'}
NEWER = {'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'VolumeAttributesClass', 'DeviceClass',
         'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'}


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    found = b''
    while value > 0x7F:
        found, value = found + bytes([value & 0x7F | 0x80]), value >> 7
    return found + bytes([value])


def record(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(obj: dict[str, Any], name: str, definition: Definition) -> bytes:
    """The encoding of an object, as Go's generated code has it."""
    found = b''
    for number, field in (fields_of(name) or {}).items():
        if field.startswith(INLINE):
            found += record(number, message(obj, field[len(INLINE):], definition))
        elif field in obj:
            for value in values(obj[field], definition.fields[field]):
                found += record(number, value)
    return found


def values(value: Any, field: Field) -> list[int | bytes]:
    if field.items is None:
        return [single(value, field)]
    if field.type == schema.LIST:
        return [single(item, field.items) for item in value]
    return [record(1, key.encode()) + record(2, single(item, field.items)) for key, item in value.items()]


def single(value: Any, field: Field) -> int | bytes:
    match field.type:
        case schema.STRUCT:
            return message(value, field.definition.name, field.definition)  # type: ignore[union-attr]
        case schema.LIST:
            return b''.join(record(1, single(item, field.items)) for item in value)  # type: ignore[arg-type]
        case schema.BOOLEAN | schema.INT32 | schema.INT64:
            return int(value)
        case schema.BYTES:
            return base64.b64decode(value)
        case schema.QUANTITY:
            return record(1, value.encode())
        case schema.INT_OR_STRING:
            return record(2, value) if isinstance(value, int) else record(1, 1) + record(3, value.encode())
        case schema.OBJECT:
            return record(1, json.dumps(value).encode())
        case schema.TIME:
            return record(1, 1_780_000_000) if value else b''
    return value.encode()


def encode(obj: dict[str, Any]) -> bytes:
    definition = schema.for_object(obj)
    assert definition is not None
    about = record(1, obj['apiVersion'].encode()) + record(2, obj['kind'].encode())
    return MAGIC + record(1, about) + record(2, message(obj, definition.name, definition))


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
