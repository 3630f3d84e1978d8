"""What commands decide without a server: taints, waits, rollouts, ports, profiles."""

from __future__ import annotations

import pytest

from tutor.kubectl.debugging import profile
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.forwarding import addresses, for_pod, for_service, local_and_remote, no_udp
from tutor.kubectl.images import is_reference
from tutor.kubectl.rollout.status import status
from tutor.kubectl.taints import parse_taints
from tutor.kubectl.waiting import condition_met, json_path_met, split_json_path
from tutor.shell.pflag import Flag, FlagSet

# -- taints ---------------------------------------------------------------------------------------------------------


def test_taints_are_added_and_removed():
    assert parse_taints(['a=b:NoSchedule', 'c:NoExecute-', 'd-']) == (
        [{'key': 'a', 'value': 'b', 'effect': 'NoSchedule'}],
        [{'key': 'c', 'value': '', 'effect': 'NoExecute'}, {'key': 'd', 'value': '', 'effect': ''}])


@pytest.mark.parametrize(('word', 'error'), [
    ('a=b', 'invalid taint spec: a=b'),
    ('a:Never', 'invalid taint effect: Never, unsupported taint effect'),
    ('a=b=c:NoSchedule', 'invalid taint spec: a=b=c:NoSchedule'),
])
def test_a_bad_taint_is_refused(word, error):
    with pytest.raises(KubectlError) as refused:
        parse_taints([word])
    assert str(refused.value).startswith(error)


# -- waiting --------------------------------------------------------------------------------------------------------


def _with_condition(**status):
    return {'metadata': {'generation': 2}, 'status': {'conditions': [{'type': 'Ready', 'status': 'True'}], **status}}


def test_a_condition_is_met_whatever_its_case_unless_it_is_of_an_older_generation():
    assert condition_met('ready', 'true', _with_condition())
    assert not condition_met('Ready', 'False', _with_condition())
    assert not condition_met('Ready', 'True', _with_condition(observedGeneration=1))


@pytest.mark.parametrize(('text', 'met'), [
    ('{.status.phase}=Running', True), ('{.status.phase}', True), ('{.status.phase}=Pending', False),
    ('{.status.nothing}', False), ('.status.count=3', True), ("{.items[?(@.name=='a')].value}=1", True),
])
def test_a_path_is_met_by_its_value_or_by_any(text, met):
    obj = {'status': {'phase': 'Running', 'count': 3}, 'items': [{'name': 'a', 'value': 1}]}
    assert json_path_met(*split_json_path(text), obj) is met


# -- rollouts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(('state', 'text'), [
    ({}, 'Waiting for deployment spec update to be observed...\n'),
    ({'observedGeneration': 2, 'updatedReplicas': 1},
     'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...\n'),
    ({'observedGeneration': 2, 'updatedReplicas': 3, 'replicas': 4},
     'Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...\n'),
    ({'observedGeneration': 2, 'updatedReplicas': 3, 'replicas': 3, 'availableReplicas': 2},
     'Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...\n'),
    ({'observedGeneration': 2, 'updatedReplicas': 3, 'replicas': 3, 'availableReplicas': 3},
     'deployment "web" successfully rolled out\n'),
])
def test_how_far_a_deployment_is(state, text):
    deployment = {'kind': 'Deployment', 'metadata': {'name': 'web', 'generation': 2}, 'spec': {'replicas': 3},
                  'status': state}
    assert status(deployment, 'apps') == (text, text.startswith('deployment'))


# -- ports ----------------------------------------------------------------------------------------------------------

POD = {'kind': 'Pod', 'metadata': {'name': 'p'}, 'spec': {'containers': [
    {'ports': [{'name': 'http', 'containerPort': 8080}, {'name': 'dns', 'containerPort': 53, 'protocol': 'UDP'}]}]}}
SERVICE = {'kind': 'Service', 'metadata': {'name': 's'}, 'spec': {'clusterIP': '10.96.0.5', 'ports': [
    {'name': 'web', 'port': 80, 'targetPort': 'http'}, {'port': 443, 'targetPort': 8443}, {'port': 9}]}}


def test_names_and_ports_of_a_service_lead_to_ports_of_the_pod():
    assert for_pod(POD, ['http', '5000:http', '7']) == ['8080', '5000:8080', '7']
    assert for_service(SERVICE, POD, ['80', '8000:web', 'web', '443', '9']) == [
        '80:8080', '8000:8080', '80:8080', '443:8443', '9']
    assert [local_and_remote(text) for text in ('80', ':80', '1:2')] == [(80, 80), (0, 80), (1, 2)]


@pytest.mark.parametrize(('call', 'error'), [
    (lambda: for_pod(POD, ['x']), "Pod 'p' does not have a named port 'x'"),
    (lambda: for_service(SERVICE, POD, ['81']), 'Service s does not have a service port 81'),
    (lambda: no_udp(POD, ['53']), 'UDP protocol is not supported for 53'),
    (lambda: local_and_remote('1:2:3'), "invalid port format '1:2:3'"),
    (lambda: local_and_remote('99999'), 'error parsing local port \'99999\': strconv.ParseUint: parsing "99999": '
     'value out of range'),
    (lambda: addresses(('nowhere',)), 'nowhere is not a valid IP'),
])
def test_ports_that_cannot_be_forwarded(call, error):
    with pytest.raises(KubectlError) as refused:
        call()
    assert str(refused.value) == error


# -- debugging ------------------------------------------------------------------------------------------------------


def test_a_copy_loses_what_would_have_it_take_part_in_the_work():
    flags = FlagSet(Flag(f'keep-{name}', default=name == 'init-containers') for name in
                    ('labels', 'annotations', 'liveness', 'readiness', 'startup', 'init-containers'))
    pod = {'metadata': {'labels': {'a': 'b'}, 'annotations': {}},
           'spec': {'containers': [{'name': 'c', 'livenessProbe': {}}], 'initContainers': [{'name': 'i'}]}}
    profile('general')(pod, 'c', 'copy', flags)
    assert pod == {'metadata': {}, 'spec': {
        'containers': [{'name': 'c', 'securityContext': {'capabilities': {'add': ['SYS_PTRACE']}}}],
        'initContainers': [{'name': 'i'}], 'shareProcessNamespace': True}}


@pytest.mark.parametrize(('name', 'valid'), [
    ('busybox', True), ('registry.k8s.io/pause:3.10', True), ('localhost:5000/a/b@sha256:' + 'a' * 64, True),
    ('Busybox', False), ('a b', False), ('', False), ('a:', False),
])
def test_names_of_images(name, valid):
    assert is_reference(name) is valid
