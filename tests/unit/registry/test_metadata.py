"""What all objects have in common: what is said of metadata that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.apimachinery.errors import StatusError

OWNERS = '''
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: default}
'''
FINALIZERS = 'metadata.finalizers'
OWNER = {'apiVersion': 'apps/v1', 'kind': 'ReplicaSet', 'name': 'r', 'uid': '1', 'controller': True}


def _causes(error: StatusError) -> list[tuple[str, str]]:
    return [(cause['field'], cause['message']) for cause in error.details['causes']]


def _refused(kinds: Any, text: str, **meta: Any) -> list[tuple[str, str]]:
    """What a create says of some metadata; an update says the same."""
    obj = kinds.defaulted(text)
    obj['metadata'].update(meta)
    store = kinds.stores.of('', 'configmaps')
    with pytest.raises(StatusError) as created:
        store.create(obj, kinds.context)
    old = kinds.create(text)
    with pytest.raises(StatusError) as updated:
        kinds.update(old, lambda new: new['metadata'].update(meta))
    assert _causes(updated.value) == _causes(created.value)
    return _causes(created.value)


def test_owners_that_cannot_be(kinds):
    event = {'kind': 'Event', 'apiVersion': 'v1', 'name': 'e', 'uid': '1'}
    assert _refused(kinds, OWNERS, ownerReferences=[
        event, {'apiVersion': 'apps/', 'kind': '', 'name': 'x', 'uid': '2'}]) == [
        ('metadata.ownerReferences', 'Invalid value: {"apiVersion":"v1","kind":"Event","name":"e","uid":"1"}: /v1, '
                                     'Kind=Event is disallowed from being an owner'),
        ('metadata.ownerReferences.apiVersion', 'Invalid value: "apps/": version must not be empty'),
        ('metadata.ownerReferences.kind', 'Invalid value: "": must not be empty')]


def test_only_one_owner_controls(kinds):
    text = 'Only one reference can have Controller set to true. Found "true" in references for ReplicaSet/r and '
    found = _refused(kinds, OWNERS, ownerReferences=[
        OWNER, {**OWNER, 'name': 's'}, {**OWNER, 'controller': False}, {**OWNER, 'kind': 'Job'}])
    assert [name for name, _ in found] == ['metadata.ownerReferences'] * 2
    assert [message.rpartition(': ')[2] for _, message in found] == [f'{text}ReplicaSet/s', f'{text}Job/r']


def test_finalizers_that_cannot_be(kinds):
    found = _refused(kinds, OWNERS, finalizers=['orphan', 'x', 'a/b/c', 'foregroundDeletion'])
    assert [(name, message.partition(': ')[2].partition(' (')[0]) for name, message in found] == [
        (FINALIZERS, '"a/b/c": a qualified name must consist of alphanumeric characters, \'-\', \'_\' or \'.\', and '
                     'must start and end with an alphanumeric character'),
        (FINALIZERS, '["orphan","x","a/b/c","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be '
                     'both set'),
        (f'{FINALIZERS}[1]', '"x": name is neither a standard finalizer name nor is it fully qualified')]


def test_an_update_says_all_that_is_wrong_at_once(kinds):
    old = kinds.create(OWNERS + 'immutable: true')

    def change(new: dict[str, Any]) -> None:
        new['metadata'].update(deletionGracePeriodSeconds=5, finalizers=['x'], generation=7,
                               creationTimestamp='2020-01-01T00:00:00Z')
        new['data'] = {'a': 'b'}
    with pytest.raises(StatusError) as refused:
        kinds.update(old, change)
    assert _causes(refused.value) == [
        ('metadata.deletionGracePeriodSeconds', 'Invalid value: 5: field is immutable'),
        (f'{FINALIZERS}[0]', 'Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified'),
        ('data', 'Forbidden: field is immutable when `immutable` is set')]


SERVICE = '''
apiVersion: v1
kind: Service
metadata: {name: s, namespace: default}
spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
'''


def test_a_service_that_exists_has_its_port_and_address(kinds):
    made = kinds.create(SERVICE)
    with pytest.raises(StatusError) as refused:
        kinds.create(SERVICE)
    assert _causes(refused.value) == [
        ('spec.ports[0].nodePort', 'Invalid value: 30080: provided port is already allocated')]
    address = made['spec']['clusterIP']
    with pytest.raises(StatusError) as refused:
        kinds.create(SERVICE.replace('nodePort: 30080', '').replace('type: NodePort', f'clusterIP: {address}'))
    assert _causes(refused.value) == [
        ('spec.clusterIPs', f'Invalid value: ["{address}"]: failed to allocate IP {address}: provided IP is already '
                            'allocated')]
    with pytest.raises(StatusError, match='already exists'):
        kinds.create(SERVICE.replace(', nodePort: 30080', ''))
