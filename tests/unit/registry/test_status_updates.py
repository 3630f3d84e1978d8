"""What the statuses of pods and Services may say, from upstream's TestValidatePodStatusUpdate and
TestValidateLoadBalancerStatus."""

from __future__ import annotations

import pytest

from tutor.apimachinery.objects import deep_copy

POD = ('apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\n'
       'spec: {{restartPolicy: {}, containers: [{{name: c, image: x}}]}}')
ENDED = {'containerStatuses': [{'name': 'c', 'state': {'terminated': {'exitCode': 1}}}]}
RUNS = {'containerStatuses': [{'name': 'c', 'state': {'running': {}}}]}


def told(kinds, text, before, status):
    old = deep_copy(kinds.create(text))
    old['status'] = {**old['status'], **before}
    new = {**deep_copy(old), 'status': status}
    strategy = kinds.strategy(old)
    strategy.default(new)
    strategy.prepare_status(new, old, kinds.context)
    return [str(error) for error in strategy.validate_status(new, old, kinds.context)]


@pytest.mark.parametrize(('policy', 'before', 'status', 'expected'), [
    ('Never', ENDED, RUNS, [
        'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state']),
    ('OnFailure', ENDED, RUNS, []), ('Always', ENDED, RUNS, []), ('Never', {}, RUNS, []),
    ('Always', {}, {'qosClass': 'Guaranteed'}, ['status.qosClass: Invalid value: "Guaranteed": field is immutable']),
    ('Always', {}, {'phase': 'Running'}, []),
    ('Always', {}, {'conditions': [{'type': 'Ready', 'status': 'True'}, {'type': 'a/', 'status': 'True'}]}, [
        'metadata.conditions[1].Type: Invalid value: "a/": name part must be non-empty',
        "metadata.conditions[1].Type: Invalid value: \"a/\": name part must consist of alphanumeric characters, '-', "
        "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
        "'123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"]),
    ('Always', {}, {'podIPs': [{'ip': '10.0.0.1'}, {'ip': '10.0.0.2'}]}, [
        'status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.2"}]: may specify no more than one IP for each '
        'IP family']),
    ('Always', {}, {'resourceClaimStatuses': [{'name': 'a'}, {'name': 'a'}]}, [
        'status.resourceClaimStatuses[0].name: Invalid value: "a": must match the name of an entry in '
        '`spec.resourceClaims`',
        'status.resourceClaimStatuses[1].name: Invalid value: "a": must match the name of an entry in '
        '`spec.resourceClaims`', 'status.resourceClaimStatuses[1].name: Duplicate value: "a"']),
])
def test_what_a_pods_status_may_say(kinds, policy, before, status, expected):
    assert told(kinds, POD.format(policy), before, status) == expected


SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{type: {}, ports: [{{port: 80}}]}}'


@pytest.mark.parametrize(('kind', 'ingress', 'expected'), [
    ('ClusterIP', {'ip': '1.2.3.4'}, [": Forbidden: may only be used when `spec.type` is 'LoadBalancer'"]),
    ('LoadBalancer', {'ip': '1.2.3.4'}, []),
    ('LoadBalancer', {'ip': 'x', 'ipMode': 'Odd', 'hostname': '1.2.3.4'}, [
        '[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        '[0].ipMode: Unsupported value: "Odd": supported values: "Proxy", "VIP"',
        '[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address']),
    ('LoadBalancer', {'ipMode': 'VIP'}, ['[0].ipMode: Forbidden: may not be specified when `ip` is not set']),
])
def test_where_a_service_may_be_reached_from_outside(kinds, kind, ingress, expected):
    assert told(kinds, SERVICE.format(kind), {}, {'loadBalancer': {'ingress': [ingress]}}) == [
        f'status.loadBalancer.ingress{text}' for text in expected]
