"""What holds whatever is asked, and in whatever order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.apimachinery import schema
from tutor.apimachinery.patches import fieldset
from tutor.apimachinery.resources import RESOURCES
from tutor.client.transport import Request

CONFIGMAPS = '/api/v1/namespaces/default/configmaps'
FEW = settings(max_examples=40)
STEPS = st.lists(st.tuples(st.sampled_from(['create', 'update', 'delete', 'relist', 'compact', 'pump']),
                           st.integers(0, 4), st.integers(0, 9)), max_size=40)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**19) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([
        'metadata', 'name', 'labels', 'spec', 'containers', 'template', 'selector', 'rules', 'data', 'kind', 'x',
        'status', 'ports', 'versions', 'names', 'metrics', 'finalizers', 'ownerReferences']), inner, max_size=4),
    max_leaves=12)


WORDS = st.sampled_from(['', 'a', 'x-y', 'Always', 'TCP', '10%', '*', 'a/b', '1Gi', '-1', '2026-01-01T00:00:00Z', '::1',
                         '10.0.0.0/8', '* * * * *', 'In', 'self.x', 'kubernetes.io/hostname', '/a/../b', 'x' * 300])
NUMBERS = st.sampled_from([-1, 0, 1, 80, 65536, 2**31 - 1])
SCALARS = {schema.BOOLEAN: st.booleans(), schema.INT32: NUMBERS, schema.INT64: NUMBERS, schema.NUMBER: NUMBERS,
           schema.INT_OR_STRING: NUMBERS | WORDS, schema.STRING: WORDS}


@st.composite
def typed(draw, field: schema.Field, depth: int = 8) -> Any:
    """Values of the type of a field, right or not."""
    if field.type == schema.LIST and field.items:
        return draw(st.lists(typed(field.items, depth - 1), max_size=2))
    if field.type == schema.MAP and field.items:
        return draw(st.dictionaries(WORDS, typed(field.items, depth - 1), max_size=2))
    fields = field.definition.fields if field.definition and depth else {}
    if fields:
        names = draw(st.sets(st.sampled_from(sorted(fields)), max_size=6))
        return {name: draw(typed(fields[name], depth - 1)) for name in sorted(names)}
    return draw(SCALARS.get(field.type, WORDS | st.just({})))


def _by_name(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {item['metadata']['name']: item for item in items}


@given(steps=STEPS)
@FEW
def test_list_and_watch_come_to_the_same_as_list(api, steps):
    for item in api.get(CONFIGMAPS)['items']:
        api.ask('DELETE', f'{CONFIGMAPS}/{item["metadata"]["name"]}')
    known: dict[str, Any] = {}
    watcher = None

    def follow(events):
        for event in events or ():
            obj = event['object']
            if event['type'] == 'DELETED':
                known.pop(obj['metadata']['name'])
            else:
                known[obj['metadata']['name']] = obj
    for action, number, value in [('relist', 0, 0), *steps, ('pump', 0, 0)]:
        path, body = f'{CONFIGMAPS}/c{number}', {'metadata': {'name': f'c{number}'}, 'data': {'v': str(value)}}
        if action == 'create':
            api.ask('POST', CONFIGMAPS, body)
        elif action == 'update':
            api.ask('PUT', path, body)
        elif action == 'delete':
            api.ask('DELETE', path)
        elif action == 'compact':
            api.server.store.compact(api.server.store.revision)
        elif action == 'pump':
            api.settle()
            assert known == _by_name(api.get(CONFIGMAPS)['items'])
        elif action == 'relist':
            if watcher is not None:
                watcher.close()
            api.settle()
            found = api.get(CONFIGMAPS)
            known.clear()
            known.update(_by_name(found['items']))
            watcher = api.server.watch(Request('GET', CONFIGMAPS, {
                'watch': 'true', 'resourceVersion': found['metadata']['resourceVersion']}))
            watcher.subscribe(follow)


@given(turns=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=30))
@FEW
def test_compare_and_swap_never_loses_an_update(api, turns):
    """Three clients count up one number, each from what it has read last."""
    api.ask('DELETE', f'{CONFIGMAPS}/counter')
    seen = [api.make(CONFIGMAPS, {'metadata': {'name': 'counter'}, 'data': {'n': '0'}})] * 3
    successes = 0
    for client, reads in turns:
        if reads:
            seen[client] = api.get(f'{CONFIGMAPS}/counter')
            continue
        new = {**seen[client], 'data': {'n': str(int(seen[client]['data']['n']) + 1)}}
        response = api.ask('PUT', f'{CONFIGMAPS}/counter', new)
        assert response.status in (200, 409)
        if response.status == 200:
            successes += 1
            seen[client] = response.body
    assert api.get(f'{CONFIGMAPS}/counter')['data']['n'] == str(successes)


@pytest.mark.parametrize('resource', RESOURCES, ids=lambda item: f'{item.plural}.{item.group_version}')
def test_any_body_gets_an_answer(api, resource):
    path = resource.path('default')

    @given(body=JSON_VALUES, patch=st.sampled_from(['json', 'merge', 'strategic']))
    @settings(max_examples=12, deadline=None, database=None, derandomize=True,
              suppress_health_check=[HealthCheck.function_scoped_fixture])
    def ask(body, patch):
        named = {**body, 'metadata': {'name': 'x'}} if isinstance(body, dict) else body
        for answer in (api.ask('POST', path, json.dumps(body)), api.ask('POST', path, named),
                       api.ask('PATCH', f'{path}/x', body, patch=patch), api.ask('PUT', f'{path}/x', named),
                       api.ask('DELETE', f'{path}/x', body)):
            assert answer.status != 500, answer.body
            assert answer.status < 400 or answer.body['kind'] == 'Status'
    ask()


@pytest.mark.parametrize('resource', RESOURCES, ids=lambda item: f'{item.plural}.{item.group_version}')
def test_any_body_of_the_right_types_gets_an_answer(api, resource):
    path = resource.path('default')
    kind = fieldset.root(schema.for_resource(resource))
    assert kind is not None and kind.definition is not None
    spec = kind.definition.fields.get('spec', kind)

    @given(body=typed(kind), spec=typed(spec))
    @settings(max_examples=8, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))
    def ask(body, spec):
        body |= {'apiVersion': resource.group_version, 'kind': resource.kind, 'metadata': {'name': 'x'}}
        for answer in (api.ask('POST', path, body), api.ask('PUT', f'{path}/x', {**body, 'spec': spec}),
                       api.ask('PATCH', f'{path}/x', {'spec': spec}, patch='merge'),
                       api.ask('PATCH', f'{path}/x', body, patch='apply', fieldManager='me', force='true'),
                       api.ask('PUT', f'{path}/x/status', body)):
            assert answer.status != 500 or 'typed patch object' in answer.body['message'], answer.body
            assert answer.status < 400 or answer.body['kind'] == 'Status'
    ask()
