"""The Gateway API as an add-on: what is accepted, and where requests go."""

from __future__ import annotations

import json

import pytest

from tutor.cluster.config import ClusterConfig
from tutor.session.workbench import Workbench

SETUP = '''
kubectl create deployment v1 --image=gcr.io/google-samples/hello-app:1.0
kubectl expose deployment v1 --port=8080
kubectl create deployment v2 --image=gcr.io/google-samples/hello-app:2.0
kubectl expose deployment v2 --port=8080
kubectl create deployment echo --image=registry.k8s.io/echoserver:1.10
kubectl expose deployment echo --port=80 --target-port=8080
kubectl create deployment slow --image=registry.k8s.io/e2e-test-images/agnhost:2.59 -- /agnhost netexec
kubectl expose deployment slow --port=80 --target-port=8080
kubectl create namespace far
kubectl create service clusterip hidden -n far --tcp=80
'''
OBJECTS = '''
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: shop}
spec:
  gatewayClassName: nginx
  listeners:
  - {name: http, port: 80, protocol: HTTP, hostname: "*.example.com"}
  - {name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: missing}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: hello}
spec:
  parentRefs: [{name: shop, sectionName: http}]
  hostnames: [www.example.com]
  rules:
  - matches: [{path: {value: /echo}}]
    filters:
    - type: URLRewrite
      urlRewrite: {hostname: inner.local, path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}}
    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Test, value: here}]}}
    - {type: ResponseHeaderModifier, responseHeaderModifier: {add: [{name: X-Answer, value: ok}]}}
    backendRefs: [{name: echo, port: 80}]
  - matches: [{path: {value: /old}}]
    filters:
    - {type: RequestRedirect, requestRedirect: {scheme: https, hostname: new.example.com, statusCode: 301}}
  - matches: [{path: {value: /both}}]
    filters: [{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 8080}}}]
    backendRefs: [{name: v1, port: 8080}]
  - matches: [{path: {value: /shell}}]
    timeouts: {request: 2s, backendRequest: 1s}
    backendRefs: [{name: slow, port: 80}]
  - matches: [{headers: [{name: version, value: two}]}, {method: DELETE}, {queryParams: [{name: v, value: "2"}]}]
    backendRefs: [{name: v2, port: 8080}]
  - backendRefs: [{name: v1, port: 8080, weight: 3}, {name: v2, port: 8080, weight: 1}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: elsewhere}
spec:
  parentRefs: [{name: shop, sectionName: http}]
  hostnames: [other.org]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: across}
spec:
  parentRefs: [{name: shop, sectionName: http}]
  hostnames: [far.example.com]
  rules:
  - backendRefs: [{name: hidden, namespace: far, port: 80}]
'''


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench(ClusterConfig(addons=('control-plane', 'dns', 'proxy', 'gateway')))
    for line in SETUP.strip().splitlines():
        assert bench.run(line).code == 0, line
    applied = bench.run(f"kubectl apply -f - <<'X'{OBJECTS}X")
    assert applied.code == 0, applied.stderr
    bench.simulation.advance(20)
    return bench


def status(bench: Workbench, kind: str, name: str) -> dict:
    return json.loads(bench.run(f'kubectl get {kind} {name} -o json').stdout)['status']


def accepted(conditions: list[dict]) -> dict[str, tuple[str, str]]:
    return {entry['type']: (entry['status'], entry['reason']) for entry in conditions}


def ask(bench: Workbench, path: str = '/', more: str = '', host: str = 'www.example.com') -> str:
    address = bench.run("kubectl get gateway shop -o jsonpath='{.status.addresses[0].value}'").stdout
    return bench.run(f'curl -s {more} -H "Host: {host}" http://{address}{path}').stdout


def test_class_gateway_and_listeners_tell_how_they_are(bench: Workbench) -> None:
    assert bench.run('kubectl get gatewayclass nginx --no-headers').stdout.split()[:3] == [
        'nginx', 'gateway.nginx.org/nginx-gateway-controller', 'True']
    found = status(bench, 'gateway', 'shop')
    assert accepted(found['conditions']) == {
        'Accepted': ('True', 'ListenersNotValid'), 'Programmed': ('True', 'Programmed')}
    plain, tls = found['listeners']
    assert plain['attachedRoutes'] == 2
    assert accepted(plain['conditions'])['Programmed'] == ('True', 'Programmed')
    assert accepted(tls['conditions'])['ResolvedRefs'] == ('False', 'InvalidCertificateRef')


def test_routes_tell_whether_they_are_attached(bench: Workbench) -> None:
    def parent(name: str) -> dict[str, tuple[str, str]]:
        return accepted(status(bench, 'httproute', name)['parents'][0]['conditions'])

    assert parent('hello') == {'Accepted': ('True', 'Accepted'), 'ResolvedRefs': ('True', 'ResolvedRefs')}
    assert parent('elsewhere')['Accepted'] == ('False', 'NoMatchingListenerHostname')
    assert parent('across')['ResolvedRefs'] == ('False', 'RefNotPermitted')
    assert '500' in ask(bench, '/', '-i', 'far.example.com').splitlines()[0]


def test_a_grant_permits_a_reference(bench: Workbench) -> None:
    bench.run('''kubectl apply -f - <<X
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: let, namespace: far}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}]
  to: [{group: "", kind: Service}]
X''')
    bench.simulation.advance(2)
    parents = status(bench, 'httproute', 'across')['parents']
    assert accepted(parents[0]['conditions'])['ResolvedRefs'] == ('True', 'ResolvedRefs')
    assert '503' in ask(bench, '/', '-i', 'far.example.com').splitlines()[0]


def test_requests_go_where_they_match(bench: Workbench) -> None:
    versions = [ask(bench).splitlines()[1] for _ in range(40)]
    assert 20 <= versions.count('Version: 1.0.0') < 40
    for more in ('-H "version: two"', '-X DELETE'):
        assert 'Version: 2.0.0' in ask(bench, '/', more)
    assert 'Version: 2.0.0' in ask(bench, '/?v=2')
    assert '404 Not Found' in ask(bench, host='www.other.com')


def test_filters_change_what_goes_and_what_comes(bench: Workbench) -> None:
    answer = ask(bench, '/echo/a?b=1', '-i')
    assert 'real path=/x/a?b=1' in answer
    assert 'host=inner.local' in answer
    assert 'x-test=here' in answer
    assert 'X-Answer: ok' in answer
    redirect = ask(bench, '/old/y', '-i')
    assert redirect.startswith('HTTP/1.1 301 Moved Permanently')
    assert 'Location: https://new.example.com/old/y\r\n' in redirect


def test_a_mirror_gets_a_copy_and_nobody_waits_for_it(bench: Workbench) -> None:
    assert 'Version: 1.0.0' in ask(bench, '/both?mirrored=1')
    bench.simulation.advance(1)
    seen = bench.run('kubectl logs deploy/v2 --tail=1').stdout
    assert 'Serving request: /both' in seen


def test_a_rule_says_how_long_it_waits(bench: Workbench) -> None:
    begun = bench.simulation.now
    assert '504' in ask(bench, '/shell?cmd=sleep+30', '-i').splitlines()[0]
    assert 1 <= bench.simulation.now - begun < 2


def test_the_data_plane_goes_with_its_gateway(bench: Workbench) -> None:
    assert bench.run('kubectl get deployment,service -o name').stdout.count('shop-nginx') == 2
    bench.run('kubectl delete gateway shop')
    bench.simulation.advance(5)
    assert 'shop-nginx' not in bench.run('kubectl get deployment,service -o name').stdout
    assert bench.simulation.failures == []
