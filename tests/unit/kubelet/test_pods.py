"""A pod's life: how it starts, runs, ends, and what is said of it."""

import itertools

import pytest

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import condition, is_true


def test_a_pod_runs_and_its_status_is_a_real_kubelets(lab) -> None:
    lab.pod(image='nginx:1.27', container={'ports': [{'containerPort': 80}]})
    lab.ready()
    status = lab.get()['status']
    assert [entry['type'] for entry in status['conditions']] == [
        'PodReadyToStartContainers',
        'Initialized',
        'Ready',
        'ContainersReady',
        'PodScheduled',
    ]
    assert all(entry['lastProbeTime'] is None and entry['observedGeneration'] == 1 for entry in status['conditions'])
    container = status['containerStatuses'][0]
    assert sorted(container) == [
        'containerID',
        'image',
        'imageID',
        'lastState',
        'name',
        'ready',
        'resources',
        'restartCount',
        'started',
        'state',
        'user',
        'volumeMounts',
    ]
    assert container['image'] == 'docker.io/library/nginx:1.27'
    assert container['imageID'].startswith('docker.io/library/nginx@sha256:')
    assert container['containerID'].startswith('containerd://')
    assert container['user'] == {'linux': {'gid': 0, 'supplementalGroups': [0], 'uid': 0}}
    assert container['volumeMounts'][0]['recursiveReadOnly'] == 'Disabled'
    assert status['podIP'].startswith('10.244.')
    assert lab.events() == [
        ('Pulled', 'Container image "nginx:1.27" already present on machine and can be accessed by the pod'),
        ('Created', 'Container created'),
        ('Started', 'Container started'),
    ]
    assert not lab.simulation.failures


def test_a_pull_takes_time_and_says_so(make_lab) -> None:
    lab = make_lab(pulled=False)
    lab.pod(image='nginx:1.27')
    lab.ready()
    assert lab.simulation.now > 1
    reasons = [reason for reason, _ in lab.events()]
    assert reasons == ['Pulling', 'Pulled', 'Created', 'Started']
    assert 'Image size: 72319283 bytes.' in lab.events()[1][1]


def test_a_pod_starts_with_few_writes(lab) -> None:
    lab.pod(image='nginx:1.27')
    lab.ready()
    lab.simulation.advance(30)
    created = int(lab.get()['metadata']['resourceVersion'])
    lab.simulation.advance(300)
    assert int(lab.get()['metadata']['resourceVersion']) == created


@pytest.mark.parametrize(
    ('policy', 'command', 'phase', 'reason', 'code'),
    [
        ('Never', 'exit 0', 'Succeeded', 'Completed', 0),
        ('Never', 'exit 42', 'Failed', 'Error', 42),
        ('OnFailure', 'exit 0', 'Succeeded', 'Completed', 0),
    ],
)
def test_a_pod_that_is_not_restarted_has_a_last_phase(lab, policy, command, phase, reason, code) -> None:
    lab.pod(command=['sh', '-c', command], restartPolicy=policy)
    lab.phase('web', phase)
    ended = lab.state()['terminated']
    assert (ended['reason'], ended['exitCode']) == (reason, code)
    assert condition(lab.get(), 'Ready')['reason'] == 'PodCompleted' if phase == 'Succeeded' else 'PodFailed'
    assert not is_true(lab.get(), 'PodReadyToStartContainers')
    lab.admin.delete('pods', 'web', 'default')
    lab.until(lab.gone)


def test_a_crashing_container_is_restarted_ever_later(lab) -> None:
    lab.pod(command=['sh', '-c', 'echo starting; exit 1'])
    starts: list[float] = []

    def watch() -> bool:
        count = lab.status()['restartCount'] if lab.get()['status'].get('containerStatuses') else -1
        if count == len(starts):
            starts.append(lab.simulation.now)
        return len(starts) == 6

    lab.until(watch, 600)
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert gaps[0] < 2.5
    # Each back-off is waited out with a jitter of half of it, but looked at after a minute at the latest.
    for gap, least, most in zip(gaps[1:], (10, 20, 40, 80), (16, 31, 61, 171), strict=True):
        assert least <= gap <= most
    lab.until(lambda: 'terminated' in lab.state(), 5)  # it waits only when it is next looked at
    lab.until(lambda: 'waiting' in lab.state(), 91)
    assert lab.state()['waiting']['reason'] == 'CrashLoopBackOff'
    assert lab.state()['waiting']['message'].startswith(
        'back-off 2m40s restarting failed container=main pod=web_default('
    )
    assert lab.status()['lastState']['terminated']['exitCode'] == 1
    assert lab.get()['status']['phase'] == 'Running'
    assert lab.logs() == 'starting\n'
    assert any(
        reason == 'BackOff' and message.startswith('Back-off restarting failed container main in pod web_default(')
        for reason, message in lab.events()
    )


def test_logs_of_the_container_before(lab) -> None:
    lab.pod(command=['sh', '-c', 'echo run; sleep 5; exit 1'])
    lab.until(lambda: lab.status().get('restartCount') == 1 and 'running' in lab.state())
    lab.simulation.advance(1)
    assert lab.logs(previous='true') == 'run\n'
    assert lab.logs(tailLines='1', timestamps='true').endswith('Z run\n')


def test_deletion_waits_for_the_container_and_kills_it_after_the_grace_period(lab) -> None:
    lab.pod(command=['sleep', '3600'])
    lab.ready()
    begun = lab.simulation.now
    lab.admin.delete('pods', 'web', 'default')
    assert not lab.gone()
    lab.until(lab.gone)
    assert 5 <= lab.simulation.now - begun < 7
    assert ('Killing', 'Stopping container main') in lab.events()


def test_hooks(lab) -> None:
    lab.pod(
        command=['sh', '-c', "trap 'echo got TERM; exit 0' TERM; while true; do sleep 1; done"],
        container={
            'lifecycle': {
                'postStart': {'exec': {'command': ['sh', '-c', 'echo hooked > /tmp/hook']}},
                'preStop': {'exec': {'command': ['sh', '-c', 'echo stopping > /proc/1/fd/1']}},
            }
        },
    )
    lab.ready()
    lab.simulation.advance(1)
    assert lab.exec('web', 'cat', '/tmp/hook') == (0, 'hooked\n')
    stream = lab.admin.stream(lab.admin.path('pods', 'default', 'web', 'log'), follow='true')
    lab.admin.delete('pods', 'web', 'default')
    assert lab.simulation.run_task(stream.reader.read()) == b'stopping\ngot TERM\n'


def test_a_failing_post_start_hook_kills_the_container(lab) -> None:
    lab.pod(
        command=['sleep', '600'],
        terminationGracePeriodSeconds=1,
        container={'lifecycle': {'postStart': {'exec': {'command': ['false']}}}},
    )
    lab.until(lambda: (lab.state().get('waiting') or {}).get('reason') == 'CrashLoopBackOff')
    assert ('FailedPostStartHook', 'PostStartHook failed') in lab.events()
    assert lab.status()['lastState']['terminated']['exitCode'] == 137


def test_the_deadline_of_a_pod(lab) -> None:
    lab.pod(command=['sleep', '600'], restartPolicy='Never', activeDeadlineSeconds=4, terminationGracePeriodSeconds=20)
    lab.phase('web', 'Failed')
    status = lab.get()['status']
    assert (status['reason'], status['message']) == (
        'DeadlineExceeded',
        'Pod was active on the node longer than the specified deadline',
    )
    ended = lab.state()['terminated']
    assert ended['exitCode'] == 137
    assert parse_timestamp(ended['finishedAt']) - parse_timestamp(ended['startedAt']) >= 20


def test_init_containers_run_one_after_the_other_before_the_rest(lab) -> None:
    work = [{'name': 'work', 'mountPath': '/work'}]
    lab.pod(
        command=['sh', '-c', 'cat /work/log; sleep 600'],
        container={'volumeMounts': work},
        volumes=[{'name': 'work', 'emptyDir': {}}],
        initContainers=[
            {
                'name': name,
                'image': 'busybox',
                'command': ['sh', '-c', f'echo {name} >> /work/log; sleep 2'],
                'volumeMounts': work,
            }
            for name in ('one', 'two')
        ],
    )
    lab.simulation.advance(1)
    assert lab.get()['status']['phase'] == 'Pending'
    assert lab.state() == {'waiting': {'reason': 'PodInitializing'}}
    assert condition(lab.get(), 'Initialized')['message'] == 'containers with incomplete status: [one two]'
    lab.ready()
    lab.simulation.advance(1)
    assert lab.logs() == 'one\ntwo\n'
    assert [entry['ready'] for entry in lab.get()['status']['initContainerStatuses']] == [True, True]


def test_a_failing_init_container(lab) -> None:
    init = [{'name': 'check', 'image': 'busybox', 'command': ['false']}]
    lab.pod('again', command=['sleep', '600'], initContainers=init)
    lab.pod('fatal', command=['sleep', '600'], initContainers=init, restartPolicy='Never')
    lab.phase('fatal', 'Failed')
    lab.until(lambda: lab.get('again')['status']['initContainerStatuses'][0]['restartCount'] == 2, 60)
    assert lab.state('fatal') == {'waiting': {'reason': 'PodInitializing'}}
    assert lab.get('again')['status']['phase'] == 'Pending'


def test_a_sidecar_runs_beside_and_ends_after_the_rest(lab) -> None:
    lab.pod(
        command=['sh', '-c', 'sleep 3; echo done'],
        restartPolicy='Never',
        initContainers=[
            {
                'name': 'proxy',
                'image': 'busybox',
                'restartPolicy': 'Always',
                'command': ['sh', '-c', "trap 'exit 0' TERM; while true; do sleep 1; done"],
            }
        ],
    )
    lab.ready()
    assert lab.get()['status']['initContainerStatuses'][0]['started'] is True
    lab.phase('web', 'Succeeded')
    assert lab.state(field='initContainerStatuses')['terminated']['exitCode'] == 0


def test_another_image_restarts_the_container(lab) -> None:
    lab.pod(image='nginx:1.26')
    lab.ready()
    lab.admin.patch(
        'pods',
        'web',
        {'spec': {'containers': [{'name': 'main', 'image': 'nginx:1.27'}]}},
        'default',
        content_type='application/strategic-merge-patch+json',
    )
    lab.until(lambda: lab.status()['image'].endswith('1.27') and lab.status()['ready'])
    assert lab.status()['restartCount'] == 1
    assert ('Killing', 'Container main definition changed, will be restarted') in lab.events()


def test_a_pod_removed_by_force_ends_on_its_node_too(lab) -> None:
    lab.pod(command=['sleep', '3600'])
    lab.ready()
    lab.admin.delete('pods', 'web', 'default', {'gracePeriodSeconds': 0})
    assert lab.gone()
    lab.simulation.advance(60)
    for kubelet in lab.cluster.nodes.fleet.kubelets.values():
        assert not kubelet.workers
        assert not kubelet.runtime.containers
        assert not kubelet.runtime.sandboxes


def test_idle_containers_only_seem_to_run(make_lab) -> None:
    lab = make_lab(containers='idle')
    lab.pod(image='nobody/has:this', container={'readinessProbe': {'httpGet': {'path': '/', 'port': 80}}})
    lab.pod('init', initContainers=[{'name': 'first', 'image': 'x'}])
    lab.ready()
    lab.simulation.advance(5)
    assert 'running' in lab.state('init', 'initContainerStatuses')
    assert lab.events() == []
    lab.admin.delete('pods', 'web', 'default')
    lab.until(lab.gone, 3)


def test_a_container_has_a_restart_policy_of_its_own(lab) -> None:
    rules = [{'action': 'Restart', 'exitCodes': {'operator': 'In', 'values': [42]}}]
    mount = {'volumeMounts': [{'name': 'd', 'mountPath': '/d'}]}
    lab.pod(restartPolicy='Never', container={'restartPolicy': 'Never', 'restartPolicyRules': rules, **mount}, command=[
        'sh', '-c', 'test -f /d/second && exit 7; touch /d/second; exit 42'], volumes=[{'name': 'd', 'emptyDir': {}}])
    lab.phase('web', 'Failed')
    assert lab.status()['restartCount'] == 1
    assert lab.state()['terminated']['exitCode'] == 7


@pytest.mark.parametrize(('container', 'code', 'phase'), [
    ({'restartPolicy': 'OnFailure'}, 0, 'Succeeded'), ({'restartPolicy': 'Always'}, 0, 'Running'),
    ({'restartPolicy': 'Never'}, 1, 'Failed'), ({}, 0, 'Running'), ({'restartPolicy': 'OnFailure'}, 1, 'Running'),
])
def test_the_phase_follows_the_restart_policy_of_each_container(lab, container, code, phase) -> None:
    """After TestPodPhaseWithContainerRestartPolicy."""
    lab.pod(container=container, command=['sh', '-c', f'exit {code}'])
    lab.until(lambda: 'terminated' in lab.state())
    lab.phase('web', phase)
    lab.simulation.advance(5)
    assert lab.get()['status']['phase'] == phase
    assert (lab.status()['restartCount'] > 0) == (phase == 'Running')
