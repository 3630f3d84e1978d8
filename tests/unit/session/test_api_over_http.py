"""The API server over HTTP inside the simulation: its port on the control plane, and kubectl proxy."""

from __future__ import annotations

import json

import pytest

from tutor.session.workbench import Workbench

VIEW = "kubectl config view --raw -o jsonpath='{%s}' | base64 -d > %s"
CLUSTER = VIEW % ('.clusters[0].cluster.certificate-authority-data', 'ca.crt')
SERVER = 'https://172.30.1.2:6443'


@pytest.fixture(scope='module')
def bench() -> Workbench:
    found = Workbench()
    user = '.users[0].user.client-{}-data'
    for command in (CLUSTER, VIEW % (user.format('certificate'), 'me.crt'), VIEW % (user.format('key'), 'me.key')):
        assert found.run(command).code == 0
    return found


def test_https_needs_a_ca_that_is_known(bench: Workbench) -> None:
    assert bench.run(f'curl -s {SERVER}/version').code == 60
    assert json.loads(bench.run(f'curl -s --cacert ca.crt {SERVER}/version').stdout)['gitVersion'] == 'v1.36.1'
    assert json.loads(bench.run(f'curl -sk {SERVER}/version').stdout)['gitVersion'] == 'v1.36.1'


def test_credentials_say_who_asks(bench: Workbench) -> None:
    def message(options: str) -> str:
        return json.loads(bench.run(f'curl -sk {SERVER}/api/v1/pods {options}').stdout).get('message', 'allowed')

    assert 'User "system:anonymous" cannot list' in message('')
    assert message('--cert me.crt --key me.key') == 'allowed'
    assert message('-H "Authorization: Bearer wrong"') == 'Unauthorized'
    assert 'system:serviceaccount:default:default' in message(
        '-H "Authorization: Bearer $(kubectl create token default)"')


def test_objects_are_written_in_the_order_of_go_s_structs(bench: Workbench) -> None:
    bench.run('kubectl create configmap order --from-literal=a=b')
    for ask in (f'curl -sk --cert me.crt --key me.key -A x {SERVER}', 'kubectl get --raw '):
        one = bench.run(f'{ask}/api/v1/namespaces/default/configmaps/order').stdout
        assert one.startswith('{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"order","namespace":"default",')
        assert list(json.loads(one)) == ['kind', 'apiVersion', 'metadata', 'data']
        many = bench.run(f'{ask}/api/v1/namespaces/default/configmaps').stdout
        assert many.startswith('{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"')
        assert '"items":[{"metadata":{' in many
        assert bench.run(f'{ask}/api/v1/namespaces/default/configmaps/none 2>&1').stdout in (
            '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps \\"none\\" not '
            'found","reason":"NotFound","details":{"name":"none","kind":"configmaps"},"code":404}\n',
            'Error from server (NotFound): configmaps "none" not found\n')


def test_a_path_that_nobody_serves_has_a_page_and_clients_say_it_in_their_words(bench: Workbench) -> None:
    assert bench.run(f'curl -sk --cert me.crt --key me.key {SERVER}/nosuch').stdout == '404 page not found\n'
    for path in ('/nosuch', '/apis/nosuch/v1/things'):
        assert bench.run(f'kubectl get --raw {path}').stderr == (
            'Error from server (NotFound): the server could not find the requested resource\n')


def test_a_pod_reaches_the_api_as_its_service_account(bench: Workbench) -> None:
    bench.run('kubectl run asks --image=curlimages/curl -- sleep 3600; kubectl wait pod/asks --for=condition=Ready')
    folder = '/var/run/secrets/kubernetes.io/serviceaccount'
    found = bench.run(f"kubectl exec asks -- sh -c 'curl -s --cacert {folder}/ca.crt -H \"Authorization: Bearer "
                      f"$(cat {folder}/token)\" https://kubernetes.default.svc/api/v1/namespaces/default/pods'")
    assert 'system:serviceaccount:default:default\\" cannot list resource \\"pods\\"' in found.stdout


def test_the_proxy_speaks_as_the_user_of_the_kubeconfig(bench: Workbench) -> None:
    bench.run('kubectl proxy > said & sleep 1')
    assert bench.run('cat said').stdout == 'Starting to serve on 127.0.0.1:8001\n'
    made = bench.run('curl -s localhost:8001/api/v1/namespaces/default/configmaps -H "Content-Type: application/json" '
                     "-d '{\"metadata\":{\"name\":\"cm\"}}'")
    assert json.loads(made.stdout)['metadata']['name'] == 'cm'
    assert bench.run('curl -s localhost:8001/api/v1/namespaces/default/pods/x/exec').stdout == 'Forbidden\n'
    assert bench.run('kubectl proxy').stderr == 'error: listen tcp 127.0.0.1:8001: bind: address already in use\n'
    assert bench.run('kill %1; sleep 1; curl -s localhost:8001/version').code == 7


@pytest.mark.parametrize(('flags', 'said', 'code'), [
    ('--port=99999', 'error: listen tcp: address 99999: invalid port\n', 1),
    ('--port=-1', 'error: listen tcp: address -1: invalid port\n', 1),
    ('--address=8.8.8.8', 'error: listen tcp 8.8.8.8:8001: bind: cannot assign requested address\n', 1),
    ('--address=nosuch', 'error: listen tcp: lookup nosuch: no such host\n', 1),
    ("--accept-paths='['", '] Error compiling re: error parsing regexp: missing closing ]: `[`\n', 255),
    ('--unix-socket=/tmp/x', 'error: --unix-socket is not simulated; use --port\n', 1),
])
def test_what_the_proxy_cannot_listen_on(bench: Workbench, flags: str, said: str, code: int) -> None:
    ran = bench.run(f'kubectl proxy {flags}')
    assert (ran.code, ran.stdout) == (code, '') and ran.stderr.endswith(said)


def test_a_watch_streams_through_the_proxy(bench: Workbench) -> None:
    bench.run('kubectl proxy --port=8002 > /dev/null & sleep 1')
    bench.run('timeout 5 curl -sN "localhost:8002/api/v1/namespaces/default/configmaps?watch=1" > events & sleep 1')
    bench.run('kubectl create configmap seen; sleep 6; kill %1')
    events = [json.loads(line) for line in bench.run('cat events').stdout.splitlines()]
    assert ('ADDED', 'seen') in [(event['type'], event['object']['metadata']['name']) for event in events]


def test_media_types_are_negotiated(bench: Workbench) -> None:
    def curl(options: str) -> str:
        return bench.run(f"curl -sk --cert me.crt --key me.key {options}").stdout

    maps = f'{SERVER}/api/v1/namespaces/default/configmaps'
    assert '"code": 406' in curl(f"-H 'Accept: application/xml' {maps}")
    assert 'the body of the request was in an unknown format' in curl(
        f"-X POST -H 'Content-Type: application/xml' -d '<a/>' {maps}")
    assert curl(f"-H 'Accept: application/yaml' {SERVER}/api/v1/namespaces/default").startswith('apiVersion: v1\nkind:')
    assert 'must be of type ConfigMap' in curl(f"-X POST -H 'Content-Type: application/json' -d '{{' {maps}")
    assert 'strconv.ParseInt: parsing \\"many\\"' in curl(f"'{maps}?limit=many'")


def test_a_warning_is_quoted(bench: Workbench) -> None:
    shown = bench.run("curl -ski --cert me.crt --key me.key -X POST -H 'Content-Type: application/json' -d "
                      """'{"metadata":{"name":"warned"},"dat":{}}' """
                      f"'{SERVER}/api/v1/namespaces/default/configmaps?fieldValidation=Warn'").stdout
    assert 'Warning: 299 - "unknown field \\"dat\\""' in shown
