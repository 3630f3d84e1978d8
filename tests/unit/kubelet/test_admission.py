"""Pods that come to a node past the scheduler, after pkg/kubelet/lifecycle/predicate_test.go."""

from __future__ import annotations

import pytest


def requests(**amounts: str) -> dict:
    return {'container': {'resources': {'requests': amounts}, 'command': ['sleep', '9999']}}


@pytest.mark.parametrize(('pod', 'reason', 'message'), [
    (requests(cpu='3'), 'OutOfcpu',
     "Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000"),
    (requests(memory='5Gi'), 'OutOfmemory',
     "Node didn't have enough resource: memory, requested: 5368709120, used: 0, capacity: 4190109696"),
    ({'nodeSelector': {'disk': 'ssd'}}, 'NodeAffinity',
     "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"),
    ({'securityContext': {'sysctls': [{'name': 'kernel/msgmax', 'value': '1'}]}}, 'SysctlForbidden',
     'forbidden sysctl: "kernel.msgmax" not allowlisted'),
    ({'os': {'name': 'windows'}}, 'PodOSNotSupported', "Failed to admit pod as the OS field doesn't match node OS"),
])
def test_a_pod_that_the_node_cannot_take_fails(lab, pod, reason, message) -> None:
    lab.pod(nodeName='node01', **pod)
    lab.until(lambda: lab.get()['status'].get('phase') == 'Failed')
    status = lab.get()['status']
    assert (status['reason'], status['message']) == (reason, f'Pod was rejected: {message}')
    assert 'containerStatuses' not in status
    events = lab.admin.items('events', 'default', fields='involvedObject.name=web')
    assert [(e['type'], e['reason'], e['message'], e['source']['component']) for e in events] == [
        ('Warning', reason, message, 'kubelet')]


def test_a_host_port_is_taken_once(lab) -> None:
    port = {'command': ['sleep', '9999'], 'ports': [{'containerPort': 80, 'hostPort': 8080}]}
    lab.pod('first', nodeName='node01', container=port)
    lab.ready('first')
    lab.pod('second', nodeName='node01', container=port)
    lab.until(lambda: lab.get('second')['status'].get('phase') == 'Failed')
    assert lab.get('second')['status']['reason'] == 'NodePorts'
    lab.pod('third', nodeName='node02', container=port)
    lab.ready('third')


def test_a_taint_that_evicts_refuses(lab) -> None:
    taint = {'key': 'down', 'value': 'yes', 'effect': 'NoExecute'}
    lab.admin.patch('nodes', 'node01', {'spec': {'taints': [taint]}})
    lab.pod(nodeName='node01')
    lab.until(lab.gone)  # the taint's eviction takes it away, but first:
    assert ('TaintToleration', "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"
            ) in lab.events()
    # A taint that only keeps the scheduler away does not concern the kubelet.
    lab.admin.patch('nodes', 'node02', {'spec': {'taints': [{**taint, 'effect': 'NoSchedule'}]}})
    lab.pod('other', nodeName='node02', command=['sleep', '9999'])
    lab.ready('other')


def test_what_an_ended_pod_had_is_free_again(lab) -> None:
    lab.pod('first', nodeName='node01', **requests(cpu='1500m'))
    lab.ready('first')
    lab.pod('second', nodeName='node01', **requests(cpu='1500m'))
    lab.until(lambda: lab.get('second')['status'].get('phase') == 'Failed')
    assert lab.get('second')['status']['message'] == (
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 1500, used: 1500, capacity: 2000")
    lab.admin.delete('pods', 'first', 'default')
    lab.until(lambda: lab.admin.find('pods', 'first', 'default') is None)
    lab.pod('third', nodeName='node01', **requests(cpu='1500m'))
    lab.ready('third')
