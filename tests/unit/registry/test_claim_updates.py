"""What of a PersistentVolumeClaim may change, from upstream's TestValidatePersistentVolumeClaimUpdate."""

from __future__ import annotations

import pytest

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import deep_copy

CLAIM = ('apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: c{meta}}}\n'
         'spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 10Gi}}}}{spec}}}')
BETA = 'volume.beta.kubernetes.io/storage-class'
NOTED = f', annotations: {{{BETA}: fast}}'


def claim(kinds, spec='', meta='', status=None):
    made = deep_copy(kinds.create(CLAIM.format(spec=spec, meta=meta)))
    made['status'] = status or {'phase': 'Pending'}
    return made


def problems(kinds, old, change):
    new = deep_copy(old)
    change(new)
    strategy = kinds.strategy(old)
    strategy.default(new)
    strategy.prepare_update(new, old, kinds.context)
    return [str(error).partition('\n')[0] for error in strategy.validate_update(new, old, kinds.context)]


BOUND = {'phase': 'Bound', 'capacity': {'storage': '5Gi'}}
FIXED = ('spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName '
         'for bound claims')
LESS = 'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity'


def size(amount):
    return lambda new: new['spec']['resources'].update(requests={'storage': amount})


def spec(**fields):
    return lambda new: new['spec'].update(fields)


def note(new):
    new['metadata']['annotations'] = {BETA: 'slow'}


def drop(name):
    return lambda new: new['spec'].pop(name)


@pytest.mark.parametrize(('given', 'meta', 'status', 'change', 'expected'), [
    ('', '', None, size('20Gi'), [FIXED]),
    ('', '', None, size('1Gi'), [FIXED]),
    ('', '', BOUND, size('20Gi'), []),
    ('', '', BOUND, size('6Gi'), []),
    ('', '', BOUND, size('5Gi'), [LESS]),
    ('', '', None, spec(volumeName='v'), []),
    (', volumeName: v', '', None, spec(volumeName='w'), [FIXED]),
    ('', '', None, spec(storageClassName='fast'), []),
    ('', '', None, spec(storageClassName=''), []),
    (', storageClassName: ""', '', None, spec(storageClassName='fast'), [FIXED]),
    ('', NOTED, None, spec(storageClassName='fast'), []),
    ('', NOTED, None, spec(storageClassName='slow'), [FIXED]),
    ('', NOTED, None, note, [f'metadata.annotations.{BETA}: Invalid value: "slow": field is immutable']),
    ('', '', None, spec(volumeMode='Block'), [FIXED, 'volumeMode: Invalid value: "Block": field is immutable']),
    ('', '', None, spec(accessModes=['ReadWriteMany']), [FIXED]),
    ('', '', None, spec(volumeAttributesClassName='gold'), [FIXED]),
    ('', '', BOUND, spec(volumeAttributesClassName='gold'), []),
    (', volumeAttributesClassName: gold', '', BOUND, spec(volumeAttributesClassName=''), [
        'spec.volumeAttributesClassName: Forbidden: update from non-nil value to an empty string is forbidden']),
    (', volumeAttributesClassName: gold', '', BOUND, drop('volumeAttributesClassName'), [
        FIXED, 'spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden']),
    ('', '', None, spec(dataSource={'kind': 'PersistentVolumeClaim', 'name': 'a'}), [FIXED]),
    (', dataSource: {kind: PersistentVolumeClaim, name: a}', '', None, drop('dataSourceRef'), []),
])
def test_what_of_a_claim_may_change(kinds, given, meta, status, change, expected):
    assert problems(kinds, claim(kinds, given, meta, status), change) == expected


def test_what_a_claim_may_not_change_is_shown(kinds):
    old = claim(kinds)
    with pytest.raises(StatusError) as caught:
        kinds.update(old, spec(accessModes=['ReadWriteMany']))
    assert '-  "ReadWriteOnce"\n+  "ReadWriteMany"\n' in caught.value.message


@pytest.mark.parametrize(('status', 'expected'), [
    ({'capacity': {'storage': '-1'}}, ['status.capacity[storage]: Invalid value: -1: must be a valid resource '
                                       'quantity']),
    ({'allocatedResourceStatuses': {'storage': 'Odd'}}, [
        'status.allocatedResourceStatus: Unsupported value: "storage": supported values: '
        '"ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", '
        '"NodeResizePending"']),
    ({'allocatedResources': {'cpu': '1', 'example.com/x': '1'}}, [
        'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"']),
    ({'allocatedResourceStatuses': {'storage': 'NodeResizePending'}, 'allocatedResources': {'storage': '1Gi'}}, []),
])
def test_what_is_said_of_a_claims_growth(kinds, status, expected):
    old = claim(kinds)
    found = kinds.strategy(old).validate_status({**old, 'status': status}, old, kinds.context)
    assert [str(error) for error in found] == expected
