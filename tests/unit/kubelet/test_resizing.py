"""Resizing pods in place, after pkg/kubelet/allocation/allocation_manager_test.go and the task of the documentation."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import condition


def start(lab: Any, name: str = 'web', cpu: str = '700m', **container: Any) -> None:
    resources = {'requests': {'cpu': cpu, 'memory': '200Mi'}, 'limits': {'cpu': cpu, 'memory': '200Mi'}}
    lab.pod(name, nodeName='node01', command=['sleep', '9999'], container={'resources': resources, **container})
    lab.ready(name)


def resize(lab: Any, name: str = 'web', **amounts: str) -> None:
    wanted = {'cpu': '700m', 'memory': '200Mi', **amounts}
    lab.admin.patch('pods', name, {'spec': {'containers': [
        {'name': 'main', 'resources': {'requests': wanted, 'limits': wanted}}]}}, 'default', 'resize',
        'application/strategic-merge-patch+json')


def seen(lab: Any, kind: str, name: str = 'web') -> Any:
    return condition(lab.get(name), kind)


def reasons(lab: Any, name: str = 'web') -> list[str]:
    return [reason for reason, _ in lab.events(name) if reason.startswith('Resize')]


def test_more_cpu_is_given_to_the_running_container(lab) -> None:
    start(lab)
    resize(lab, cpu='800m')
    lab.until(lambda: seen(lab, 'PodResizeInProgress'))
    assert lab.status()['allocatedResources']['cpu'] == '800m'
    assert lab.status()['resources']['requests']['cpu'] == '700m'
    lab.until(lambda: seen(lab, 'PodResizeInProgress') is None)
    status = lab.status()
    assert status['resources']['limits']['cpu'] == '800m'
    assert status['restartCount'] == 0
    assert reasons(lab) == ['ResizeStarted', 'ResizeCompleted']
    amounts = '{"cpu":"800m","memory":"200Mi"}'
    assert dict(lab.events())['ResizeCompleted'] == (
        'Pod resize completed: {"containers":[{"name":"main","resources":{"limits":' + amounts + ',"requests":'
        + amounts + '}}],"generation":2}')


def test_a_container_that_asks_for_it_is_restarted(lab) -> None:
    start(lab, resizePolicy=[{'resourceName': 'memory', 'restartPolicy': 'RestartContainer'}])
    resize(lab, memory='300Mi')
    lab.until(lambda: lab.status().get('restartCount') == 1)
    lab.until(lambda: lab.status()['resources']['limits']['memory'] == '300Mi')
    assert ('Killing', 'Container main resize requires restart') in lab.events()
    lab.until(lambda: seen(lab, 'PodResizeInProgress') is None)


def test_more_than_the_node_has_is_infeasible(lab) -> None:
    start(lab)
    resize(lab, cpu='1000')
    lab.until(lambda: seen(lab, 'PodResizePending'))
    pending = seen(lab, 'PodResizePending')
    assert (pending['reason'], pending['message']) == (
        'Infeasible', "Node didn't have enough capacity: cpu, requested: 1000000, capacity: 2000")
    assert lab.status()['resources']['requests']['cpu'] == '700m'
    assert reasons(lab) == ['ResizeInfeasible']
    resize(lab)
    lab.until(lambda: seen(lab, 'PodResizePending') is None)


def test_what_does_not_fit_now_is_deferred_until_there_is_room(lab) -> None:
    start(lab)
    start(lab, 'other')
    resize(lab, cpu='1500m')
    lab.until(lambda: seen(lab, 'PodResizePending'))
    pending = seen(lab, 'PodResizePending')
    assert (pending['reason'], pending['message']) == (
        'Deferred', "Node didn't have enough resource: cpu, requested: 1500, used: 700, capacity: 2000")
    lab.admin.delete('pods', 'other', 'default')
    lab.until(lambda: lab.status()['resources']['requests']['cpu'] == '1500m')
    assert seen(lab, 'PodResizePending') is None
    assert reasons(lab) == ['ResizeDeferred', 'ResizeStarted', 'ResizeCompleted']


def test_a_smaller_memory_limit_holds_at_once(lab) -> None:
    start(lab)
    resize(lab, memory='100Mi')
    lab.until(lambda: lab.status()['resources']['limits']['memory'] == '100Mi')
    assert lab.status()['restartCount'] == 0


def hold(lab: Any, amount: int) -> None:
    """Let the container's main process have so much memory."""
    workers = lab.cluster.nodes.fleet.kubelets['node01'].workers.values()
    worker = next(worker for worker in workers if worker.pod['metadata']['name'] == 'web')
    container, = worker.running()
    container.host.allocate(1, amount)


def test_a_memory_limit_below_what_is_in_use_is_an_error(lab) -> None:
    """TestValidateMemoryResizeAction: nothing is changed then, and it is tried again."""
    start(lab)
    hold(lab, 150 << 20)
    resize(lab, memory='100Mi')
    lab.until(lambda: (seen(lab, 'PodResizeInProgress') or {}).get('reason') == 'Error')
    problem = (f'cannot decrease memory limits: [attempting to set pod memory limit ({100 << 20}) below current usage '
               f'({150 << 20}), attempting to set container "main" memory limit ({100 << 20}) below current usage '
               f'({150 << 20})]')
    assert seen(lab, 'PodResizeInProgress')['message'] == problem
    assert lab.status()['resources']['limits']['memory'] == '200Mi'
    amounts = '{"cpu":"700m","memory":"100Mi"}'
    text = problem.replace('"', '\\"')
    assert dict(lab.events())['ResizeError'] == (
        'Pod resize error: {"containers":[{"name":"main","resources":{"limits":' + amounts + ',"requests":' + amounts
        + '}}],"generation":2,"error":"' + text + '"}')
    hold(lab, 50 << 20)
    lab.until(lambda: lab.status()['resources']['limits']['memory'] == '100Mi')
    lab.until(lambda: seen(lab, 'PodResizeInProgress') is None)
    assert reasons(lab) == ['ResizeStarted', 'ResizeError', 'ResizeCompleted']
    assert lab.status()['restartCount'] == 0


def test_of_those_that_wait_the_foremost_gets_the_room(lab) -> None:
    """TestSortPendingResizes and TestRetryPendingResizes: when another pod needs less."""
    for name, priority in (('low', 1), ('high', 10)):
        lab.admin.create('priorityclasses.scheduling.k8s.io', {
            'apiVersion': 'scheduling.k8s.io/v1', 'kind': 'PriorityClass', 'metadata': {'name': name},
            'value': priority})
    start(lab, cpu='1000m')
    for name in ('low', 'high'):
        lab.pod(name, nodeName='node01', command=['sleep', '9999'], priorityClassName=name, container={
            'resources': {'requests': {'cpu': '300m', 'memory': '200Mi'}}})
        lab.ready(name)
    for name in ('low', 'high'):
        lab.admin.patch('pods', name, {'spec': {'containers': [
            {'name': 'main', 'resources': {'requests': {'cpu': '900m'}}}]}}, 'default', 'resize',
            'application/strategic-merge-patch+json')
        lab.until(lambda name=name: condition(lab.get(name), 'PodResizePending'))
    resize(lab, cpu='500m')
    lab.until(lambda: seen(lab, 'PodResizePending', 'high') is None)
    lab.simulation.advance(30)
    assert seen(lab, 'PodResizePending', 'low')['reason'] == 'Deferred'


def start_whole(lab: Any) -> None:
    """The documentation's pod: one container has requests, the other one lives on what the pod has."""
    amounts = {'cpu': '200m', 'memory': '200Mi'}
    lab.admin.create('pods', {
        'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'web', 'namespace': 'default'}, 'spec': {
            'nodeName': 'node01', 'resources': {'requests': amounts, 'limits': amounts}, 'containers': [
                {'name': 'main', 'image': 'busybox', 'command': ['sleep', '9999'],
                 'resources': {'requests': {'cpu': '100m', 'memory': '100Mi'}}},
                {'name': 'other', 'image': 'busybox', 'command': ['sh', '-c', 'trap exit TERM; sleep 9999 & wait'],
                 'resizePolicy': [{'resourceName': 'cpu', 'restartPolicy': 'RestartContainer'},
                                  {'resourceName': 'memory', 'restartPolicy': 'NotRequired'}]}]}})
    lab.ready()


def resize_whole(lab: Any, resources: Any) -> None:
    lab.admin.patch('pods', 'web', {'spec': {'resources': resources}}, 'default', 'resize',
                    'application/strategic-merge-patch+json')


def test_what_a_pod_has_as_a_whole_is_resized(lab) -> None:
    """InPlacePodLevelResourcesVerticalScaling. A container without a limit of its own feels that of the pod: what it
    wants when its CPU changes happens."""
    start_whole(lab)
    resize_whole(lab, {'requests': {'cpu': '300m'}, 'limits': {'cpu': '300m'}})
    lab.until(lambda: seen(lab, 'PodResizeInProgress'))
    amounts, before = {'cpu': '300m', 'memory': '200Mi'}, {'cpu': '200m', 'memory': '200Mi'}
    assert lab.get()['status']['allocatedResources'] == amounts
    assert lab.get()['status']['resources'] == {'requests': before, 'limits': before}
    lab.until(lambda: seen(lab, 'PodResizeInProgress') is None)
    assert lab.get()['status']['resources'] == {'requests': amounts, 'limits': amounts}
    restarts = {each['name']: each['restartCount'] for each in lab.get()['status']['containerStatuses']}
    assert restarts == {'main': 0, 'other': 1}
    assert reasons(lab) == ['ResizeStarted', 'ResizeCompleted']
    shown = '{"cpu":"300m","memory":"200Mi"}'
    assert dict(lab.events())['ResizeStarted'].startswith(
        'Pod resize started: {"resources":{"limits":' + shown + ',"requests":' + shown + '},"containers":[{"name":')


def test_more_than_the_node_has_for_a_pod_as_a_whole_is_infeasible(lab) -> None:
    start_whole(lab)
    resize_whole(lab, {'requests': {'cpu': '50'}, 'limits': {'cpu': '50'}})
    lab.until(lambda: seen(lab, 'PodResizePending'))
    assert seen(lab, 'PodResizePending')['message'] == (
        "Node didn't have enough capacity: cpu, requested: 50000, capacity: 2000")
    assert lab.get()['status']['resources']['limits']['cpu'] == '200m'


@pytest.mark.parametrize(('resources', 'problem'), [
    ({'requests': {'cpu': '50m'}, 'limits': {'cpu': '50m'}},
     'spec.resources.requests[cpu]: Invalid value: "50m": must be greater than or equal to aggregate'),
    ({'requests': {'cpu': '150m'}}, 'Pod QOS Class may not change as a result of resizing'),
    (None, 'spec.resources.limits: Forbidden: resource limits cannot be removed')])
def test_a_pod_as_a_whole_keeps_what_its_containers_need(lab, resources, problem) -> None:
    start_whole(lab)
    with pytest.raises(StatusError, match=re.escape(problem)):
        resize_whole(lab, resources)
