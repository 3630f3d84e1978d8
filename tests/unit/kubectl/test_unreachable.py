"""What kubectl says where no server answers: each way to ask what it serves says so."""

from __future__ import annotations

import pytest

REFUSED = 'The connection to the server localhost:8080 was refused - did you specify the right host or port?'
DIALED = 'Get "http://localhost:8080/api?timeout=32s": dial tcp 127.0.0.1:8080: connect: connection refused'


@pytest.mark.parametrize(('command', 'tries', 'last'), [
    ('get pods', 5, REFUSED),  # a category, then what Builder.mappingFor asks
    ('get pods,svc', 6, REFUSED),
    ('get pod/x', 4, REFUSED),
    ('get deployments.v1.apps', 7, REFUSED),
    ('logs x', 4, REFUSED),
    ('exec deploy/x -- ls', 4, REFUSED),
    ('drain x', 4, REFUSED),
    ('cluster-info', 5, REFUSED),
    ('explain pods', 2, REFUSED),
    ('create role r --verb=get --resource=pods', 2, REFUSED),
    ('taint node x a=b:NoSchedule', 2, REFUSED),
    ('api-resources', 1, REFUSED),
    ('api-versions', 1, f"error: couldn't get available api versions from server: {DIALED}"),
    ('get -f x.yaml', 1, f'unable to recognize "x.yaml": {DIALED}'),
    ('delete -f list.yaml', 1, f'error: unable to recognize "list.yaml": {DIALED}'),
    ('apply -f x.yaml --validate=false', 1, f'error: unable to recognize "x.yaml": {DIALED}'),
    ('auth can-i get pods', 3, REFUSED),
    ('auth can-i get pods -A', 2, REFUSED),
    ('top node', 0, REFUSED),
    ('events', 0, REFUSED),
    ('create token x', 0, 'error: failed to create token: Post "http://localhost:8080/api/v1/namespaces/default/'
     'serviceaccounts/x/token": dial tcp 127.0.0.1:8080: connect: connection refused'),
    ('create ns x', 0, REFUSED),
])
def test_each_way_to_ask_what_a_server_serves_says_that_none_answers(shared, command, tries, last):
    shared.put('x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n')
    shared.put('list.yaml', 'apiVersion: v1\nkind: List\nitems: []\n')
    lines = shared(f'-s localhost:8080 {command}').err.splitlines()
    assert lines[-1] == last
    assert sum("couldn't get current server API group list: Get" in line for line in lines) == tries


@pytest.mark.parametrize('groups', ['', '--as-group=system:unauthenticated'])
def test_who_may_not_ask_what_a_server_serves_hears_it_as_often(kubectl, groups):
    *lines, last = kubectl(f'get pods --as=system:anonymous {groups}').err.splitlines()
    assert last == 'Error from server (Forbidden): unknown'
    logged = 'API group list: unknown"'
    assert [logged in line for line in lines] == [True] * 5
