"""A webhook in the cluster: agnhost behind a Service, with TLS, asked by the API server."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from tutor.session.workbench import Workbench
from tutor.shell.tls import self_signed

POD = {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'hook', 'labels': {'app': 'hook'}}, 'spec': {
    'containers': [{'name': 'hook', 'image': 'registry.k8s.io/e2e-test-images/agnhost:2.53',
                    'args': ['webhook', '--tls-cert-file=/tls/tls.crt', '--tls-private-key-file=/tls/tls.key',
                             '--port=8443'],
                    'volumeMounts': [{'name': 'tls', 'mountPath': '/tls'}]}],
    'volumes': [{'name': 'tls', 'secret': {'secretName': 'tls'}}]}}


def chain(name: str) -> str:
    return self_signed(name, '', [name], datetime(2026, 5, 1, tzinfo=UTC), name.encode())


def apply(bench: Workbench, obj: dict) -> None:
    ran = bench.run(f"kubectl apply -f - <<'X'\n{json.dumps(obj)}\nX")
    assert ran.code == 0, ran.stderr


def configure(bench: Workbench, kind: str, path: str, bundle: str) -> None:
    apply(bench, {
        'apiVersion': 'admissionregistration.k8s.io/v1', 'kind': f'{kind}WebhookConfiguration',
        'metadata': {'name': 'hook'}, 'webhooks': [{
            'name': 'hook.example.com', 'sideEffects': 'None', 'admissionReviewVersions': ['v1'],
            'rules': [{'apiGroups': [''], 'apiVersions': ['v1'], 'operations': ['CREATE'],
                       'resources': ['configmaps']}],
            'clientConfig': {'service': {'name': 'hook', 'namespace': 'default', 'path': path},
                             'caBundle': base64.b64encode(bundle.encode()).decode()}}]})


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    data = {'tls.crt': chain('hook.default.svc'), 'tls.key': 'key'}
    apply(bench, {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 'tls'}, 'stringData': data})
    apply(bench, POD)
    bench.run('kubectl expose pod hook --port=443 --target-port=8443')
    bench.simulation.advance(15)
    return bench


def test_it_denies_in_its_own_words(bench: Workbench) -> None:
    configure(bench, 'Validating', '/configmaps', chain('hook.default.svc'))
    assert bench.run('kubectl create configmap good --from-literal=a=b').code == 0
    assert bench.run('kubectl create configmap bad --from-literal=webhook-e2e-test=webhook-disallow').stderr == (
        'error: failed to create configmap: admission webhook "hook.example.com" denied the request: the configmap '
        'contains unwanted key and value\n')
    bench.run('kubectl delete validatingwebhookconfiguration hook')


def test_it_changes_what_is_created(bench: Workbench) -> None:
    configure(bench, 'Mutating', '/add-label', chain('hook.default.svc'))
    bench.run('kubectl create configmap labelled --from-literal=a=b')
    assert 'added-label=yes' in bench.run('kubectl get configmap labelled --show-labels').stdout
    bench.run('kubectl delete mutatingwebhookconfiguration hook')


def test_a_certificate_that_is_not_believed_fails_the_call(bench: Workbench) -> None:
    configure(bench, 'Validating', '/always-deny', chain('other'))
    refused = bench.run('kubectl create configmap x --from-literal=a=b').stderr
    assert 'tls: failed to verify certificate: x509: certificate signed by unknown authority' in refused
    bench.run('kubectl delete validatingwebhookconfiguration hook')


def test_a_slow_webhook_is_waited_for_as_long_as_its_timeout_says(bench: Workbench) -> None:
    configure(bench, 'Validating', '/always-allow-delay-5s', chain('hook.default.svc'))
    begun = bench.simulation.now
    assert bench.run('kubectl create configmap late --from-literal=a=b').code == 0
    assert 5 <= bench.simulation.now - begun < 6
    hook = 'validatingwebhookconfiguration hook --type=json -p'
    bench.run(f"""kubectl patch {hook} '[{{"op":"add","path":"/webhooks/0/timeoutSeconds","value":2}}]'""")
    begun = bench.simulation.now
    assert bench.run('kubectl create configmap never --from-literal=a=b').stderr == (
        'error: failed to create configmap: Internal error occurred: failed calling webhook "hook.example.com": failed '
        'to call webhook: Post "https://hook.default.svc:443/always-allow-delay-5s?timeout=2s": context deadline '
        'exceeded\n')
    assert 2 <= bench.simulation.now - begun < 3
    bench.run('kubectl delete validatingwebhookconfiguration hook')


def test_without_its_files_it_does_not_start(bench: Workbench) -> None:
    bench.run('kubectl run bare --image=registry.k8s.io/e2e-test-images/agnhost:2.53 --restart=Never -- webhook')
    bench.simulation.advance(5)
    assert 'no such file or directory' in bench.run('kubectl logs bare').stdout


@pytest.mark.parametrize(('policy', 'error'), [
    ('Fail', 'error: failed to create configmap: Internal error occurred: failed calling webhook "far.example.com": '
     'failed to call webhook: Post "https://10.1.2.3/check?timeout=3s": context deadline exceeded\n'),
    ('Ignore', '')])
def test_one_that_does_not_answer_is_waited_for_as_long_as_it_says(bench: Workbench, policy: str, error: str) -> None:
    apply(bench, {
        'apiVersion': 'admissionregistration.k8s.io/v1', 'kind': 'ValidatingWebhookConfiguration',
        'metadata': {'name': 'far'}, 'webhooks': [{
            'name': 'far.example.com', 'sideEffects': 'None', 'admissionReviewVersions': ['v1'], 'timeoutSeconds': 3,
            'failurePolicy': policy, 'clientConfig': {'url': 'https://10.1.2.3/check'},
            'rules': [{'apiGroups': [''], 'apiVersions': ['v1'], 'operations': ['CREATE'],
                       'resources': ['configmaps']}]}]})
    begun = bench.simulation.now
    ran = bench.run(f'kubectl create configmap {policy.lower()}')
    assert (ran.stderr, round(bench.simulation.now - begun)) == (error, 3)
    bench.run('kubectl delete validatingwebhookconfiguration far')
