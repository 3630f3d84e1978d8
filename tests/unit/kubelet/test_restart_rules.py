"""Restart rules of containers; the cases are those of upstream's tests of ContainerRestartRules."""

from __future__ import annotations

import pytest

from tutor.apimachinery.objects import condition


def rule(action: str, *codes: int, operator: str = 'In') -> dict:
    return {'action': action, 'exitCodes': {'operator': operator, 'values': list(codes)}}


def exits(code: int, policy: str, *rules: dict) -> dict:
    return {'command': ['sh', '-c', f'sleep 1; exit {code}'], 'restartPolicy': policy,
            **({'restartPolicyRules': list(rules)} if rules else {})}


@pytest.mark.parametrize(('container', 'restarts'), [
    pytest.param(exits(42, 'Never', rule('Restart', 42)), True, id='restart on exit code 42'),
    pytest.param(exits(1, 'Never', rule('Restart', 42)), False, id='not restart on another exit code'),
    pytest.param(exits(1, 'Never', rule('Restart', 42, operator='NotIn')), True, id='NotIn'),
    pytest.param(exits(42, 'Never', rule('Restart', 42, operator='NotIn')), False, id='NotIn does not match'),
    pytest.param(exits(0, 'OnFailure', rule('Restart', 0)), True, id='a rule comes before the policy'),
    pytest.param(exits(1, 'OnFailure', rule('Restart', 42)), True, id='without a matching rule the policy counts'),
])
def test_container_level_rules(lab, container, restarts):
    lab.pod(container=container, restartPolicy='Never')
    if restarts:
        lab.until(lambda: lab.status().get('restartCount', 0) > 0)
    else:
        lab.phase('web', 'Succeeded' if '0' in container['command'][2][-1] else 'Failed')
        assert lab.status()['restartCount'] == 0


def test_restart_all_containers(lab):
    """All start anew from the init containers on, in the same sandbox with the same volumes."""
    mount = {'volumeMounts': [{'name': 'data', 'mountPath': '/data'}]}
    trigger = ['sh', '-c', 'sleep 2; test -e /data/again && sleep 1d; touch /data/again; exit 88']
    setup = ['sh', '-c', 'echo x >> /data/runs']
    look = ['sh', '-c', 'cat /data/runs; ls /data; sleep 1d']
    lab.admin.create('pods', {
        'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'web', 'namespace': 'default'},
        'spec': {'restartPolicy': 'Never', 'terminationGracePeriodSeconds': 1,
                 'volumes': [{'name': 'data', 'emptyDir': {}}],
                 'initContainers': [{'name': 'setup', 'image': 'busybox', 'command': setup, **mount}],
                 'containers': [
                     {'name': 'other', 'image': 'busybox', 'command': look, 'lifecycle': {
                         'preStop': {'exec': {'command': ['touch', '/data/hooked']}}}, **mount},
                     {'name': 'watcher', 'image': 'busybox', 'command': trigger, 'restartPolicy': 'Never',
                      'restartPolicyRules': [rule('RestartAllContainers', 88)], **mount}]}})
    lab.ready()
    before = lab.get()['status']
    assert condition(lab.get(), 'AllContainersRestarting')['status'] == 'False'
    lab.until(lambda: condition(lab.get(), 'AllContainersRestarting')['status'] == 'True', 20)
    begun = condition(lab.get(), 'AllContainersRestarting')
    assert (begun['reason'], begun['message']) == (
        'RestartAllContainersStarted', 'container exited with restart policy rule')
    lab.until(lambda: all(entry['restartCount'] == 1 and entry['ready']
                          for entry in lab.get()['status']['containerStatuses']), 60)
    after = lab.get()['status']
    assert condition(lab.get(), 'AllContainersRestarting')['status'] == 'False'
    assert [entry['restartCount'] for entry in after['initContainerStatuses']] == [1]
    assert after['podIP'] == before['podIP']
    assert lab.logs(container='other') == 'x\nx\nagain\nruns\n'
    lab.simulation.advance(60)
    assert [entry['restartCount'] for entry in lab.get()['status']['containerStatuses']] == [1, 1]


def test_a_pod_without_such_a_rule_has_no_such_condition(lab):
    lab.pod(command=['sleep', '1d'])
    lab.ready()
    assert condition(lab.get(), 'AllContainersRestarting') is None
