"""--overrides of run and expose: each sort of patch ends as an object of the kind that was made."""

from __future__ import annotations

import json

import pytest

RUN = 'run y --image=nginx --dry-run=client -o json'


@pytest.mark.parametrize(('sort', 'patch'), [
    ('merge', {'spec': {'serviceAcount': 'x', 'nodeName': 'n'}}),
    ('strategic', {'spec': {'serviceAcount': 'x', 'nodeName': 'n'}}),
    ('json', [{'op': 'add', 'path': '/spec/serviceAcount', 'value': 'x'},
              {'op': 'add', 'path': '/spec/nodeName', 'value': 'n'}]),
])
def test_fields_that_a_pod_does_not_have_are_lost(shared, sort, patch):
    spec = json.loads(shared(f"{RUN} --override-type={sort} --overrides='{json.dumps(patch)}'").out)['spec']
    assert spec['nodeName'] == 'n' and 'serviceAcount' not in spec


@pytest.mark.parametrize(('sort', 'text', 'error'), [
    ('merge', '{"apiVersion":"v2"}', 'no kind "Pod" is registered for version "v2" in scheme '
     '"pkg/scheme/scheme.go:28"'),
    ('merge', 'x', 'Invalid JSON Patch'),
    ('strategic', 'x', 'invalid JSON document'),
    ('strategic', '{"spec":{"hostNetwork":"x"}}',
     'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool'),
    ('json', 'x', "invalid character 'x' looking for beginning of value"),
    ('json', '{}', 'json: cannot unmarshal object into Go value of type jsonpatch.Patch'),
    ('json', '[{"op":"remove","path":"/spec/foo"}]',
     "error in remove for path: '/spec/foo': Unable to remove nonexistent key: foo: missing value"),
    ('other', '{}', 'invalid override type: other'),
])
def test_what_is_no_such_patch(shared, sort, text, error):
    assert shared(f"{RUN} --override-type={sort} --overrides='{text}'").err == f'error: {error}\n'


def test_what_a_struct_always_writes_is_written_of_overrides_too(shared):
    patch = json.dumps({'spec': {'containers': [{'name': 'y', 'image': 'q'}]}})
    pod = json.loads(shared(f"{RUN} --overrides='{patch}'").out)
    assert pod['spec']['containers'] == [{'name': 'y', 'image': 'q', 'resources': {}}]
