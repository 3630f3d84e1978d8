"""Limits of memory: of a container, and of a pod as a whole (spec.resources)."""

from __future__ import annotations

import pytest

MEBI = 2**20


def host(lab, name: str):
    """The running container of that name, as its processes see it."""
    kubelet = lab.cluster.nodes.fleet.kubelets[lab.get()['spec']['nodeName']]
    return next(found.host for found in kubelet.runtime.containers.values()
                if found.config.name == name and found.running)


def statuses(lab) -> dict[str, dict]:
    return {entry['name']: entry for entry in lab.get()['status']['containerStatuses']}


def pair(lab, own: str = '') -> None:
    """A pod of two containers that together may have 100Mi; `own`: the limit of the second alone."""
    limits = {'resources': {'limits': {'memory': own}}} if own else {}
    lab.pod(resources={'limits': {'memory': '100Mi', 'cpu': '500m'}}, containers=[
        {'name': 'one', 'image': 'busybox', 'command': ['sleep', '600']},
        {'name': 'two', 'image': 'busybox', 'command': ['sleep', '600'], **limits}])
    lab.ready()


def test_a_container_without_limits_has_the_pods(lab) -> None:
    """getMemoryLimit and getCPULimit."""
    pair(lab, '40Mi')
    kubelet = lab.cluster.nodes.fleet.kubelets[lab.get()['spec']['nodeName']]
    found = {each.config.name: each.config for each in kubelet.runtime.containers.values()}
    assert (found['one'].memory_limit, found['one'].cpu_limit) == (100 * MEBI, 0.5)
    assert (found['two'].memory_limit, found['two'].cpu_limit) == (40 * MEBI, 0.5)


@pytest.mark.parametrize(('one', 'two', 'dead'), [
    pytest.param(60, 30, '', id='together within the limit'),
    pytest.param(60, 50, 'one', id='the larger one goes, whoever asked'),
    pytest.param(20, 120, 'two', id='more than the pod has'),
])
def test_the_memory_of_a_pod(lab, one, two, dead) -> None:
    pair(lab)
    host(lab, 'one').allocate(1, one * MEBI)
    host(lab, 'two').allocate(1, two * MEBI)
    lab.simulation.advance(5)
    for name, status in statuses(lab).items():
        ended = status['lastState'].get('terminated') or status['state'].get('terminated') or {}
        assert (ended.get('reason'), ended.get('exitCode')) == (('OOMKilled', 137) if name == dead else (None, None))


@pytest.mark.parametrize(('resources', 'priority', 'score'), [
    ({}, '', '1000'), ({'requests': {'memory': '1Gi'}}, '', '750'), ({'requests': {'cpu': '100m'}}, '', '999'),
    ({'limits': {'memory': '1Gi', 'cpu': '100m'}}, '', '-997'), ({}, 'system-node-critical', '-997'),
])
def test_the_kernel_knows_whom_to_end_first(lab, resources, priority, score) -> None:
    lab.pod(command=['sleep', '600'], container={'resources': resources}, priorityClassName=priority)
    lab.ready()
    assert lab.exec('web', 'cat', '/proc/1/oom_score_adj')[1] == f'{score}\n'
