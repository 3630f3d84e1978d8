"""Auditing: what a policy has the API server write down, and policies that it does not start with."""

from __future__ import annotations

import json

import pytest

from tutor.apimachinery.http import requestinfo
from tutor.client.transport import User
from tutor.cluster.apiserver.audit.policy import LEVELS, BadPolicy, read
from tutor.session.workbench import Workbench

HEAD = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n'
POLICY = f"""{HEAD}omitStages: [RequestReceived]
rules:
- level: None
  userGroups: [system:nodes, system:serviceaccounts]
- level: RequestResponse
  resources: [{{group: "", resources: [configmaps]}}]
  namespaces: [default]
- level: Metadata
  resources: [{{group: "", resources: [secrets, pods/*]}}]
"""
MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    bench.run(f"sudo tee /etc/kubernetes/pki/policy.yaml <<'EOF'\n{POLICY}EOF")
    log, policy = '/var/log/audit/audit.log', '/etc/kubernetes/pki/policy.yaml'
    flags = rf'\n    - --audit-policy-file={policy}\n    - --audit-log-path={log}'
    bench.run(f"""sudo sed -i 's|^    - kube-apiserver$|&{flags}|
s|^    volumeMounts:|&\\n    - {{mountPath: /var/log/audit, name: log}}|
s|^  volumes:|&\\n  - {{name: log, hostPath: {{path: /var/log/audit, type: DirectoryOrCreate}}}}|' {MANIFEST}""")
    bench.simulation.advance(60)
    return bench


def log(bench: Workbench, command: str) -> list[dict]:
    """What an administrator's command adds to the log."""
    def lines() -> list[str]:
        return bench.run('sudo cat /var/log/audit/audit.log').stdout.splitlines()

    before = len(lines())
    bench.run(command)
    events = [json.loads(line) for line in lines()[before:]]
    return [event for event in events if event['user']['username'] == 'kubernetes-admin']


def test_metadata_says_who_did_what(bench: Workbench) -> None:
    [event] = log(bench, 'kubectl create secret generic a --from-literal=k=v')
    assert event['level'] == 'Metadata'
    assert event['stage'] == 'ResponseComplete'
    assert event['verb'] == 'create'
    assert event['requestURI'].startswith('/api/v1/namespaces/default/secrets?fieldManager=kubectl-create')
    assert event['objectRef'] == {'resource': 'secrets', 'namespace': 'default', 'name': 'a', 'apiVersion': 'v1'}
    assert event['responseStatus'] == {'metadata': {}, 'code': 201}
    assert event['sourceIPs'] == ['172.30.1.2']
    assert event['annotations']['authorization.k8s.io/decision'] == 'allow'
    assert 'requestObject' not in event


def test_bodies_are_written_where_the_policy_asks_for_them(bench: Workbench) -> None:
    [event] = log(bench, 'kubectl create cm a --from-literal=k=v')
    assert event['requestObject']['data'] == event['responseObject']['data'] == {'k': 'v'}
    assert event['responseObject']['metadata']['uid']


def test_what_is_refused_is_written_with_its_reason(bench: Workbench) -> None:
    [event] = log(bench, 'kubectl get secrets --as jane')
    assert event['impersonatedUser'] == {'username': 'jane', 'groups': ['system:authenticated']}
    assert event['annotations']['authorization.k8s.io/decision'] == 'forbid'
    assert event['responseStatus']['code'] == 403
    assert event['responseStatus']['reason'] == 'Forbidden'


def test_what_no_rule_is_about_is_not_written(bench: Workbench) -> None:
    assert log(bench, 'kubectl get nodes; kubectl create cm b -n kube-system') == []


@pytest.mark.parametrize(
    ('rule', 'method', 'path', 'level'),
    [
        ('{level: Request, verbs: [list]}', 'GET', '/api/v1/pods', 'Request'),
        ('{level: Request, verbs: [list]}', 'GET', '/api/v1/namespaces/a/pods/b', 'None'),
        ('{level: Metadata, resources: [{group: "", resources: [pods]}]}', 'GET', '/api/v1/namespaces/a/pods/b/log',
         'None'),
        ('{level: Metadata, resources: [{group: "", resources: [pods/log]}]}', 'GET', '/api/v1/namespaces/a/pods/b/log',
         'Metadata'),
        ('{level: Metadata, resources: [{group: "", resources: ["*/log"]}]}', 'GET', '/api/v1/namespaces/a/pods/b/log',
         'Metadata'),
        ('{level: Metadata, resources: [{group: apps}]}', 'GET', '/apis/apps/v1/deployments', 'Metadata'),
        ('{level: Metadata, resources: [{group: "", resourceNames: [c], resources: [pods]}]}', 'GET',
         '/api/v1/namespaces/a/pods/b', 'None'),
        ('{level: Metadata, namespaces: [a]}', 'DELETE', '/api/v1/namespaces/a/pods/b', 'Metadata'),
        ('{level: Metadata, nonResourceURLs: ["/healthz*"]}', 'GET', '/healthz/etcd', 'Metadata'),
        ('{level: Metadata, users: [jane]}', 'GET', '/version', 'None'),
    ],
)  # fmt: skip
def test_rules_match_requests(rule: str, method: str, path: str, level: str) -> None:
    policy = read(f'{HEAD}rules: [{rule}]', 'policy.yaml')
    decision = policy.decide(User('joe', ('system:authenticated',)), requestinfo.parse(method, path, {}))
    assert LEVELS[decision.level] == level


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        (HEAD, 'loaded illegal policy with 0 rules from file policy.yaml'),
        (f'{HEAD}rules: [{{level: All}}]', 'rules[0].level: Unsupported value: "All": supported values: "None", "Met'),
        (f'{HEAD}rules: [{{}}]', 'rules[0].level: Required value'),
        ('rules: [{level: None}]', 'failed decoding: '),
    ],
)
def test_a_bad_policy_is_refused(text: str, problem: str) -> None:
    with pytest.raises(BadPolicy) as caught:
        read(text, 'policy.yaml')
    assert str(caught.value).startswith('loading audit policy file: ')
    assert problem in str(caught.value)
