"""Lifecycle hooks, and the order in which containers are stopped."""

from __future__ import annotations

import pytest


def crashing(lab, hook: dict) -> str:
    """A pod whose postStart hook fails: what its container is waiting for."""
    lab.pod(command=['sleep', '600'], terminationGracePeriodSeconds=1,
            container={'lifecycle': {'postStart': hook}})
    lab.until(lambda: (lab.state().get('waiting') or {}).get('reason') == 'PostStartHookError')
    return lab.state()['waiting']['message'].replace(lab.get()['metadata']['uid'], 'UID')


@pytest.mark.parametrize(('hook', 'message'), [
    ({'exec': {'command': ['sh', '-c', 'echo out; echo bad >&2; exit 3']}},
     'Exec lifecycle hook ([sh -c echo out; echo bad >&2; exit 3]) for Container "main" in Pod "web_default(UID)" '
     'failed - error: command \'sh -c echo out; echo bad >&2; exit 3\' exited with 3: bad\n, message: "out\\nbad\\n"'),
    ({'httpGet': {'port': 'http', 'path': '/x'}},
     'HTTP lifecycle hook (/x) for Container "main" in Pod "web_default(UID)" failed - error: strconv.Atoi: parsing '
     '"http": invalid syntax'),
    ({'httpGet': {'port': 81, 'host': '127.0.0.1', 'scheme': 'HTTPS'}},
     'HTTP lifecycle hook (/) for Container "main" in Pod "web_default(UID)" failed - error: Get '
     '"https://127.0.0.1:81/": dial tcp 127.0.0.1:81: connect: connection refused'),
])
def test_what_is_said_of_a_hook_that_fails(lab, hook, message) -> None:
    """The state says it, the event does not, lest secrets leak (kuberuntime's startContainer)."""
    assert crashing(lab, hook) == message
    assert ('FailedPostStartHook', 'PostStartHook failed') in lab.events()


def test_a_hook_that_wants_tls_of_a_server_without(lab) -> None:
    lab.pod('server', image='nginx')
    lab.ready('server')
    address = lab.get('server')['status']['podIP']
    lab.pod(command=['sleep', '600'], container={'lifecycle': {'postStart': {
        'httpGet': {'port': 80, 'host': address, 'scheme': 'HTTPS'}}}})
    lab.ready()
    assert ('LifecycleHTTPFallback', f'request to HTTPS lifecycle hook {address}:80 got HTTP response, retry with HTTP '
            'succeeded') in lab.events()
    assert 'kube-lifecycle/1.36' in lab.logs('server')


def test_sidecars_are_told_at_once_and_end_last(lab) -> None:
    """terminationOrdering: all preStop hooks run at once, the signal waits for its turn."""
    slow = "trap 'sleep 3; exit 0' TERM; while true; do sleep 0.1; done"
    quick = "trap 'sleep 1; exit 0' TERM; while true; do sleep 0.1; done"
    hook = {'preStop': {'exec': {'command': ['sh', '-c', 'echo asked > /proc/1/fd/1']}}}
    lab.pod(command=['sh', '-c', slow], terminationGracePeriodSeconds=20, initContainers=[
        {'name': name, 'image': 'busybox', 'command': ['sh', '-c', quick], 'restartPolicy': 'Always',
         'lifecycle': hook} for name in ('one', 'two')])
    lab.ready()
    lab.simulation.advance(1)
    lab.admin.delete('pods', 'web', 'default')
    lab.simulation.advance(1)
    killing = [message for reason, message in lab.events() if reason == 'Killing']
    assert sorted(killing) == [f'Stopping container {name}' for name in ('main', 'one', 'two')]
    assert lab.logs(container='one') == lab.logs(container='two') == 'asked\n'
    kubelet = lab.cluster.nodes.fleet.kubelets[lab.get()['spec']['nodeName']]
    containers = {found.config.name: found for found in kubelet.runtime.containers.values()}
    lab.until(lab.gone, 30)
    main, two, one = (containers[name].finished_at for name in ('main', 'two', 'one'))
    assert (round(two - main), round(one - two)) == (1, 1)
