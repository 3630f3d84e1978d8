"""kubectl debug --custom: a container in a file, as Go reads it."""

from __future__ import annotations

import json

import pytest

CUSTOM = """
securityContext: {runAsUser: 0}
env:
- {name: ON, value: yes}
- {name: PORT, value: 8080}
nothing: of the kind
"""


def test_texts_may_be_numbers_and_what_a_container_does_not_have_is_lost(kubectl):
    kubectl('run p --image=busybox')
    kubectl.put('custom.yaml', CUSTOM.replace('name: ON', 'name: "ON"'))
    assert kubectl('debug p --image=busybox -q -c d --custom=custom.yaml').err == ''
    container = json.loads(kubectl("get pod p -o jsonpath='{.spec.ephemeralContainers[0]}'").out)
    assert container['env'] == [{'name': 'ON', 'value': 'true'}, {'name': 'PORT', 'value': '8080'}]
    assert container['securityContext'] == {'runAsUser': 0, 'capabilities': {'add': ['SYS_PTRACE']}}


@pytest.mark.parametrize(('text', 'error'), [
    ('foo', 'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type '
     'v1.Container'),
    ('env: x', 'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field '
     'Container.env of type []v1.EnvVar'),
    ('a: [', 'error converting YAML to JSON: yaml: line 1: did not find expected node content'),
])
def test_what_is_no_container(shared, text, error):
    shared.put('custom.yaml', text)
    assert shared('debug p --image=busybox --custom=custom.yaml').err == (
        f'error: custom.yaml does not contain a valid container spec: {error}\n')
