from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.apimachinery import resources, schema
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import deep_copy
from tutor.apimachinery.patches import apply, diff, fieldset, json_patch, merge, strategic
from tutor.apimachinery.patches.ledger import Ledger
from tutor.apimachinery.patches.strategy import Shape

DEPLOYMENT = resources.by_kind('apps', 'v1', 'Deployment')
CONFIG_MAP = resources.by_kind('', 'v1', 'ConfigMap')
SECRET = resources.by_kind('', 'v1', 'Secret')
assert DEPLOYMENT and CONFIG_MAP and SECRET
DEFINITION = schema.for_resource(DEPLOYMENT)
KIND = fieldset.root(schema.for_resource(CONFIG_MAP))
DEPLOYMENT_KIND = fieldset.root(DEFINITION)


def deployment(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {'apiVersion': 'apps/v1', 'kind': 'Deployment',
            'metadata': {'name': 'web', 'namespace': 'default', 'uid': 'u', 'labels': {'app': 'web'}},
            'spec': {**spec, 'template': {'metadata': {'labels': {'app': 'web'}},
                                          'spec': {'containers': list(containers)}}}}


def container(name: str, image: str = 'nginx', **more: Any) -> dict[str, Any]:
    return {'name': name, 'image': image, **more}


def containers(obj: dict[str, Any]) -> list[dict[str, Any]]:
    return obj['spec']['template']['spec']['containers']


def pod_patch(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {'spec': {'template': {'spec': {'containers': list(items), **more}}}}


def test_a_strategic_patch_merges_lists_by_key_and_puts_new_items_first() -> None:
    obj = deployment(container('nginx', ports=[{'containerPort': 80, 'protocol': 'TCP'}]))
    before = deep_copy(obj)
    patched = strategic.apply(obj, pod_patch(container('helper', 'redis')), DEPLOYMENT)
    assert [item['name'] for item in containers(patched)] == ['helper', 'nginx']
    assert obj == before
    patched = strategic.apply(patched, pod_patch({'name': 'helper', '$patch': 'delete'}), DEPLOYMENT)
    patched = strategic.apply(patched, pod_patch({'name': 'nginx', 'ports': [{'containerPort': 443}]}), DEPLOYMENT)
    assert [port['containerPort'] for port in containers(patched)[0]['ports']] == [443, 80]


def test_directives_of_strategic_patches() -> None:
    obj = deployment(container('a'), strategy={'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': 1}})
    patched = strategic.apply(obj, {'spec': {'strategy': {'$retainKeys': ['type'], 'type': 'Recreate'}}}, DEPLOYMENT)
    assert patched['spec']['strategy'] == {'type': 'Recreate'}
    patched = strategic.apply(obj, {'metadata': {'labels': {'app': None, 'tier': 'x'}}}, DEPLOYMENT)
    assert patched['metadata']['labels'] == {'tier': 'x'}
    patched = strategic.apply(obj, pod_patch({'$patch': 'replace'}, container('b')), DEPLOYMENT)
    assert containers(patched) == [container('b')]


@pytest.mark.parametrize(('patch', 'message'), [
    (pod_patch({'image': 'nginx'}), 'map: map[image:nginx] does not contain declared merge key: name'),
    ({'spec': {'replicas': 'two'}},
     ' "" is invalid: patch: Invalid value: "map[spec:map[replicas:two]]": unrecognized type: int32'),
    ({'metadata': {'labels': {'n': 5}}},
     ' "" is invalid: patch: Invalid value: "map[metadata:map[labels:map[n:5]]]": cannot convert int64 to string'),
])
def test_bad_strategic_patches(patch: dict[str, Any], message: str) -> None:
    with pytest.raises(StatusError) as raised:
        strategic.apply(deployment(container('a')), patch, DEPLOYMENT)
    assert raised.value.message == message


@pytest.mark.parametrize(('value', 'problem'), [
    ('not base64!', 'error decoding from json: illegal base64 data at input byte 3'),
    (5, 'cannot restore slice from int64')])
def test_bytes_in_a_strategic_patch(value: Any, problem: str) -> None:
    secret = {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 's'}, 'data': {'a': 'eA=='}}
    with pytest.raises(StatusError) as raised:
        strategic.apply(secret, {'data': {'a': value}}, SECRET)
    assert raised.value.status['message'].endswith(f'"map[data:map[a:{value}]]": {problem}')


def test_a_three_way_patch_keeps_what_others_did() -> None:
    env = [{'name': 'A', 'value': '1'}, {'name': 'B', 'value': '2'}]
    original = deployment(container('main', 'a', env=env), container('helper'))
    modified = deployment(container('main', 'b', env=env[1:]))
    more = [*env, {'name': 'C', 'value': '3'}]
    current = deployment(container('main', 'a', env=more), container('helper'), replicas=3)
    patch = diff.three_way(original, modified, current, DEFINITION)
    found = strategic.merge(current, patch, Shape(DEFINITION))
    assert found['spec']['replicas'] == 3
    assert containers(found) == [container('main', 'b', env=[env[1], {'name': 'C', 'value': '3'}])]


names = st.sampled_from(['a', 'b', 'c', 'd'])
lists = st.lists(names, unique=True, min_size=1).map(lambda found: [container(name) for name in found])
images = st.sampled_from(['nginx', 'redis'])


@given(lists, lists, images)
@settings(max_examples=60, deadline=None)
def test_the_patch_of_a_difference_makes_the_other(left: Any, right: Any, image: str) -> None:
    right = [{**item, 'image': image} for item in right]
    before, after = deployment(*left), deployment(*right)
    patch = diff.two_way(before, after, DEFINITION)
    assert strategic.merge(before, patch, Shape(DEFINITION)) == after


json_objects = st.dictionaries(st.sampled_from('abc'), st.recursive(
    st.integers(0, 3) | st.text(max_size=2), lambda inner: st.dictionaries(st.sampled_from('abc'), inner, max_size=3),
    max_leaves=6), max_size=3)


@given(json_objects, json_objects)
@settings(max_examples=60, deadline=None)
def test_merge_patches_make_the_other(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert merge.apply(left, merge.create(left, right)) == right
    patch = merge.three_way(left, right, left)
    assert merge.apply(left, patch) == right


def test_json_patches() -> None:
    assert json_patch.apply({'a': 1}, [{'op': 'replace', 'path': '/a', 'value': 2}]) == {'a': 2}
    for operations in ([{'op': 'fly', 'path': '/a'}], [{'op': 'remove', 'path': '/b'}],
                       [{'op': 'test', 'path': '/a', 'value': 9}]):
        with pytest.raises(StatusError) as raised:
            json_patch.apply({'a': 1}, operations)
        assert raised.value.code == 422
    with pytest.raises(StatusError, match='cannot unmarshal object into Go value of type'):
        json_patch.apply({}, {'spec': 1})


def config_map(**data: Any) -> dict[str, Any]:
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'c', 'namespace': 'default'}, 'data': data}


def test_server_side_apply_owns_prunes_and_refuses() -> None:
    obj = apply.apply(None, config_map(color='blue', size='1'), CONFIG_MAP, KIND, 'kubectl', 'T1')
    with pytest.raises(StatusError) as raised:
        apply.apply(obj, config_map(color='red'), CONFIG_MAP, KIND, 'robot', 'T2')
    assert raised.value.message == 'Apply failed with 1 conflict: conflict with "kubectl": .data.color'
    obj = apply.apply(obj, config_map(color='red'), CONFIG_MAP, KIND, 'robot', 'T2', force=True)
    nothing = {name: value for name, value in config_map().items() if name != 'data'}
    obj = apply.apply(obj, nothing, CONFIG_MAP, KIND, 'kubectl', 'T3')
    assert obj['data'] == {'color': 'red'}
    assert [entry['manager'] for entry in obj['metadata']['managedFields']] == ['robot']


def test_applying_twice_changes_nothing() -> None:
    config = deployment(container('a'), replicas=2)
    once = apply.apply(None, config, DEPLOYMENT, DEPLOYMENT_KIND, 'kubectl', 'T1')
    assert apply.apply(once, config, DEPLOYMENT, DEPLOYMENT_KIND, 'kubectl', 'T2') == once


@given(lists, lists, images)
@settings(max_examples=60, deadline=None)
def test_two_who_apply_keep_what_the_other_wants(left: Any, right: Any, image: str) -> None:
    right = [{**item, 'image': image} for item in right]

    def run(obj: Any, items: Any, manager: str) -> Any:
        config = deployment(*items)
        found = apply.apply(obj, config, DEPLOYMENT, DEPLOYMENT_KIND, manager, 'T', force=True)
        assert apply.apply(found, config, DEPLOYMENT, DEPLOYMENT_KIND, manager, 'T2') == found
        return found
    both = run(run(None, left, 'one'), right, 'two')
    mine = {item['name'] for item in left}
    assert {item['name'] for item in containers(both)} == mine | {item['name'] for item in right}
    assert [item for item in containers(both) if item in right] == right
    assert containers(run(both, right, 'one')) == right


def test_an_item_nobody_owns_any_more_goes_whole() -> None:
    both = deployment(container('a'), container('b', ports=[{'containerPort': 80, 'protocol': 'TCP'}]))
    live = apply.apply(None, both, DEPLOYMENT, DEPLOYMENT_KIND, 'kubectl', 'T1')
    live = apply.apply(live, deployment(container('a')), DEPLOYMENT, DEPLOYMENT_KIND, 'kubectl', 'T2')
    assert containers(live) == [container('a')]


def test_applying_an_object_does_not_own_its_status() -> None:
    config = {**deployment(container('a')), 'status': {}}
    entries = apply.apply(None, config, DEPLOYMENT, DEPLOYMENT_KIND, 'kubectl', 'T1')['metadata']['managedFields']
    assert 'f:spec' in entries[0]['fieldsV1'] and 'f:status' not in entries[0]['fieldsV1']


def test_ordinary_writes_are_worked_out_when_asked_for() -> None:
    ledger = Ledger(lambda resource: DEPLOYMENT_KIND)
    first = deployment(container('nginx'), replicas=2)
    ledger.record(None, first, DEPLOYMENT, 'kubectl-create', 'T1')
    second = {**first, 'spec': {**first['spec'], 'replicas': 3}}
    ledger.record(first, second, DEPLOYMENT, 'kubectl', 'T2', 'scale')
    live = {**second, 'metadata': {**second['metadata'], 'managedFields': ledger.entries(second, DEPLOYMENT)}}
    with pytest.raises(StatusError) as raised:
        apply.apply(live, deployment(container('nginx', 'httpd'), replicas=1), DEPLOYMENT, DEPLOYMENT_KIND, 'me', 'T3')
    assert raised.value.message == (
        'Apply failed with 2 conflicts: conflicts with "kubectl" with subresource "scale" using apps/v1:\n'
        '- .spec.replicas\nconflicts with "kubectl-create" using apps/v1:\n'
        '- .spec.template.spec.containers[name="nginx"].image')


def test_apply_checks_types_itself() -> None:
    with pytest.raises(StatusError) as raised:
        apply.check(config_map(port=80), CONFIG_MAP, KIND)
    assert raised.value.message == ('failed to create typed patch object (default/c; /v1, Kind=ConfigMap): .data.port: '
                                    'expected string, got &value.valueUnstructured{Value:80}')
