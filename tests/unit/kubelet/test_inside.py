"""What a container finds inside: environment, files, volumes, users."""

import base64
import json

import pytest


def test_environment(lab) -> None:
    lab.admin.create(
        'configmaps',
        {
            'apiVersion': 'v1',
            'kind': 'ConfigMap',
            'metadata': {'name': 'app', 'namespace': 'default'},
            'data': {'color': 'blue'},
        },
    )
    lab.pod(
        command=['sleep', '600'],
        container={
            'resources': {'requests': {'memory': '16Mi', 'cpu': '50m'}, 'limits': {'cpu': '1500m'}},
            'envFrom': [{'configMapRef': {'name': 'app'}, 'prefix': 'APP_'}],
            'env': [
                {'name': 'TEXT', 'value': 'hello $(APP_color) $(MISSING) $$(APP_color)'},
                {'name': 'POD', 'valueFrom': {'fieldRef': {'fieldPath': 'metadata.name'}}},
                {'name': 'IP', 'valueFrom': {'fieldRef': {'fieldPath': 'status.podIP'}}},
                {'name': 'LABEL', 'valueFrom': {'fieldRef': {'fieldPath': "metadata.labels['app']"}}},
                {'name': 'CPU', 'valueFrom': {'resourceFieldRef': {'resource': 'limits.cpu'}}},
                {
                    'name': 'MEMORY',
                    'valueFrom': {'resourceFieldRef': {'resource': 'requests.memory', 'divisor': '1Mi'}},
                },
            ],
        },
    )
    lab.ready()
    assert lab.exec('web', 'printenv', 'TEXT', 'POD', 'IP', 'LABEL', 'CPU', 'MEMORY')[1].splitlines() == [
        'hello blue $(MISSING) $(APP_color)',
        'web',
        lab.get()['status']['podIP'],
        'web',
        '2',
        '16',
    ]
    assert lab.exec('web', 'printenv', 'KUBERNETES_SERVICE_HOST', 'HOSTNAME') == (0, '10.96.0.1\nweb\n')


def test_the_system_files_of_a_pod(lab) -> None:
    lab.pod(
        command=['sleep', '600'],
        hostAliases=[{'ip': '10.0.0.9', 'hostnames': ['db.local', 'db']}],
        subdomain='team',
        hostname='first',
    )
    lab.ready()
    assert lab.exec('web', 'cat', '/etc/resolv.conf')[1] == (
        'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n'
    )
    hosts = lab.exec('web', 'cat', '/etc/hosts')[1]
    assert f'{lab.get()["status"]["podIP"]}\tfirst.team.default.svc.cluster.local\tfirst\n' in hosts
    assert hosts.endswith('# Entries added by HostAliases.\n10.0.0.9\tdb.local\tdb\n')
    assert lab.exec('web', 'cat', '/etc/hostname') == (0, 'first\n')


def test_names_of_a_pod_and_its_own_dns(lab) -> None:
    named = {'hostname': 'first', 'subdomain': 'team'}
    lab.pod('full', command=['sleep', '600'], setHostnameAsFQDN=True, **named)
    lab.pod('other', command=['sleep', '600'], hostnameOverride='x.y.z', **named)
    lab.pod('plain', command=['sleep', '600'], dnsPolicy='Default', dnsConfig={
        'nameservers': ['9.9.9.9'], 'searches': ['my.dom'], 'options': [{'name': 'ndots', 'value': '2'}]})
    lab.pod('long', command=['sleep', '600'], setHostnameAsFQDN=True, hostname='a' * 40, subdomain='team')
    for name in ('full', 'other', 'plain'):
        lab.ready(name)
    assert lab.exec('full', 'sh', '-c', 'hostname; echo $HOSTNAME; hostname -f')[1] == (
        'first.team.default.svc.cluster.local\n' * 3)
    assert lab.exec('full', 'tail', '-1', '/etc/hosts')[1].endswith('\tfirst.team.default.svc.cluster.local\tfirst\n')
    assert lab.exec('other', 'sh', '-c', 'hostname; tail -1 /etc/hosts | cut -f2')[1] == 'x.y.z\nx.y.z\n'
    assert lab.exec('plain', 'cat', '/etc/resolv.conf')[1] == (
        'search . my.dom\nnameserver 172.30.0.1\nnameserver 9.9.9.9\noptions ndots:2\n')
    assert ('FailedCreatePodSandBox', 'Failed to create pod sandbox: failed to construct FQDN from pod hostname and '
            f'cluster domain, FQDN {"a" * 40}.team.default.svc.cluster.local is too long (64 characters is the max, 71 '
            'characters requested)') in lab.events('long')


def test_the_token_of_the_service_account_is_one(lab) -> None:
    lab.pod(command=['sleep', '600'])
    lab.ready()
    folder = '/var/run/secrets/kubernetes.io/serviceaccount'
    assert lab.exec('web', 'ls', folder)[1].split() == ['ca.crt', 'namespace', 'token']
    claims = lab.exec('web', 'cat', f'{folder}/token')[1].split('.')[1]
    payload = json.loads(base64.urlsafe_b64decode(claims + '=' * (-len(claims) % 4)))
    assert payload['sub'] == 'system:serviceaccount:default:default'
    assert payload['kubernetes.io']['namespace'] == 'default'


def test_config_map_volumes_follow_changes_but_sub_paths_do_not(lab) -> None:
    config = {
        'apiVersion': 'v1',
        'kind': 'ConfigMap',
        'metadata': {'name': 'app', 'namespace': 'default'},
        'data': {'color': 'blue', 'size': '1'},
    }
    lab.admin.create('configmaps', config)
    lab.pod(
        command=['sleep', '600'],
        volumes=[{'name': 'all', 'configMap': {'name': 'app'}}],
        container={
            'volumeMounts': [
                {'name': 'all', 'mountPath': '/all'},
                {'name': 'all', 'mountPath': '/sub/color', 'subPath': 'color'},
            ]
        },
    )
    lab.ready()
    assert lab.exec('web', 'cat', '/all/color', '/sub/color')[1] == 'blueblue'
    lab.admin.patch('configmaps', 'app', {'data': {'color': 'green', 'size': None, 'new': 'x'}}, 'default')
    lab.simulation.advance(90)
    assert lab.exec('web', 'cat', '/all/color', '/sub/color')[1] == 'greenblue'
    assert lab.exec('web', 'ls', '/all')[1].split() == ['color', 'new']
    assert lab.exec('web', 'sh', '-c', 'echo x > /all/color')[0] == 1


def test_every_key_can_be_a_variable_but_binary_data_is_none(lab) -> None:
    lab.admin.create('configmaps', {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {
        'name': 'app', 'namespace': 'default'}, 'data': {'1x': 'a', 'b-c.d': 'e'}, 'binaryData': {'bin': 'AAEC'}})
    lab.pod(command=['sleep', '600'], container={'envFrom': [{'configMapRef': {'name': 'app'}}]})
    lab.ready()
    assert lab.exec('web', 'printenv', '1x', 'b-c.d', 'bin') == (1, 'a\ne\n')


def test_a_folder_made_for_a_sub_path_that_is_not_there_stays(lab) -> None:
    meta = {'name': 'app', 'namespace': 'default'}
    lab.admin.create('configmaps', {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': meta, 'data': {'a': '1'}})
    lab.pod(command=['sleep', '600'], volumes=[{'name': 'all', 'configMap': {
        'name': 'app', 'items': [{'key': 'a', 'path': 'deep/a'}]}}], container={'volumeMounts': [
            {'name': 'all', 'mountPath': '/all'}, {'name': 'all', 'mountPath': '/one', 'subPath': 'a'}]})
    lab.ready()
    assert lab.exec('web', 'ls', '/all', '/one')[1] == '/all:\na\ndeep\n\n/one:\n'
    lab.admin.patch('configmaps', 'app', {'data': {'a': '2'}}, 'default')
    lab.simulation.advance(90)
    assert lab.exec('web', 'cat', '/all/deep/a')[1] == '2'
    assert lab.exec('web', 'ls', '/one') == (0, '')


def test_the_last_command_of_busyboxs_shell_takes_its_process(lab) -> None:
    lab.pod(command=['sh', '-c', 'echo hi; true && sleep 600'])
    lab.ready()
    assert [line.split(None, 3)[3] for line in lab.exec('web', 'ps')[1].splitlines()] == [
        'COMMAND', 'sleep 600', 'ps']
    lab.pod('traps', command=['sh', '-c', 'trap "exit 3" TERM\nsleep 600\n'])
    lab.ready('traps')
    lab.simulation.advance(1)
    assert [line.split(None, 3)[3] for line in lab.exec('traps', 'ps')[1].splitlines()][1:3] == [
        'sh -c trap "exit 3" TERM sleep 600', 'sleep 600']


def test_what_a_process_may_and_which_profile_holds_it(lab) -> None:
    lab.pod(command=['sleep', '600'], securityContext={'seccompProfile': {'type': 'RuntimeDefault'}},
            container={'securityContext': {'allowPrivilegeEscalation': False}})
    lab.ready()
    assert lab.exec('web', 'grep', '-E', 'NoNew|Seccomp', '/proc/1/status')[1].split() == [
        'NoNewPrivs:', '1', 'Seccomp:', '2', 'Seccomp_filters:', '1']


def test_downward_api_files(lab) -> None:
    lab.pod(
        command=['sleep', '600'],
        container={'volumeMounts': [{'name': 'info', 'mountPath': '/info'}]},
        initContainers=[{'name': 'first', 'image': 'busybox', 'command': ['true'],
                         'resources': {'limits': {'cpu': '250m'}}}],
        volumes=[
            {
                'name': 'info',
                'downwardAPI': {'items': [
                    {'path': 'labels', 'fieldRef': {'fieldPath': 'metadata.labels'}},
                    {'path': 'cpu', 'resourceFieldRef': {
                        'containerName': 'first', 'resource': 'limits.cpu', 'divisor': '1m'}}]},
            }
        ],
    )
    lab.ready()
    assert lab.exec('web', 'cat', '/info/cpu')[1] == '250'
    assert lab.exec('web', 'cat', '/info/labels')[1] == 'app="web"'
    lab.admin.patch('pods', 'web', {'metadata': {'labels': {'tier': 'back'}}}, 'default')
    lab.simulation.advance(5)
    assert lab.exec('web', 'cat', '/info/labels')[1] == 'app="web"\ntier="back"'


def test_an_empty_dir_is_shared_by_the_containers_and_ends_with_the_pod(lab) -> None:
    mount = {'volumeMounts': [{'name': 'd', 'mountPath': '/d'}]}
    lab.pod(command=['sh', '-c', 'echo hi > /d/note; exit 1'], container=mount, volumes=[{'name': 'd', 'emptyDir': {}}])
    lab.until(lambda: lab.status().get('restartCount') == 1)
    worker = next(w for k in lab.cluster.nodes.fleet.kubelets.values() for w in k.workers.values())
    assert worker.volumes['d'].place()[0].read('/note') == b'hi\n'


def test_host_path_volumes_are_the_nodes_files(lab) -> None:
    lab.pod(
        command=['sh', '-c', 'echo kept >> /data/file; sleep 600'],
        volumes=[{'name': 'd', 'hostPath': {'path': '/srv/data', 'type': 'DirectoryOrCreate'}}],
        container={'volumeMounts': [{'name': 'd', 'mountPath': '/data'}]},
    )
    lab.ready()
    lab.simulation.advance(1)
    node = lab.get()['spec']['nodeName']
    assert lab.cluster.nodes.fleet.kubelets[node].machine.read('/srv/data/file') == 'kept\n'


def test_users_and_groups(lab) -> None:
    lab.pod(command=['sleep', '600'], securityContext={'runAsUser': 1000, 'runAsGroup': 3000, 'fsGroup': 2000})
    lab.ready()
    assert lab.status()['user'] == {'linux': {'gid': 3000, 'supplementalGroups': [2000, 3000], 'uid': 1000}}
    assert lab.exec('web', 'id')[1] == 'uid=1000 gid=3000 groups=2000,3000\n'


def test_containers_that_share_processes_see_pause_and_each_other(lab) -> None:
    lab.pod(command=['sleep', '600'], shareProcessNamespace=True)
    lab.ready()
    lab.simulation.advance(1)
    processes = lab.exec('web', 'ps')[1]
    assert '/pause' in processes
    assert 'sleep 600' in processes
    assert lab.exec('web', 'ls', '/proc/1/root/')[1] == 'pause\n'
    lab.admin.delete('pods', 'web', 'default')
    lab.until(lab.gone)


@pytest.mark.parametrize(('script', 'said'), [
    ('df "$(printf \'\\377\')" > /dev/null 2>&1; echo $?', '1\n'),
    ('yes "$(printf \'\\377\')" | head -c 2 | od -An -tx1', ' ff 0a\n')])
def test_words_may_hold_any_bytes(lab, script, said) -> None:
    lab.pod(command=['sleep', '600'])
    lab.ready()
    assert lab.exec('web', 'sh', '-c', script) == (0, said)


@pytest.mark.parametrize(('security', 'user'), [({}, '65535'), ({'runAsUser': 1000}, '1000')])
def test_pause_runs_as_its_image_says_or_as_the_pod_does(lab, security, user) -> None:
    lab.pod(command=['sleep', '600'], shareProcessNamespace=True, securityContext=security)
    lab.ready()
    lab.simulation.advance(1)
    assert lab.exec('web', 'ps')[1].splitlines()[1].split() == ['1', user, '0:00', '/pause']


def test_an_ephemeral_container_sees_its_target(lab) -> None:
    lab.pod(image='registry.k8s.io/pause:3.10')
    lab.ready()
    extra = {'name': 'look', 'image': 'busybox', 'command': ['sleep', '600'], 'targetContainerName': 'main'}
    lab.admin.patch('pods', 'web', {'spec': {'ephemeralContainers': [extra]}}, 'default', 'ephemeralcontainers')
    lab.until(lambda: 'running' in lab.state(field='ephemeralContainerStatuses'))
    lab.simulation.advance(1)
    session = lab.admin.connect(
        lab.admin.path('pods', 'default', 'web', 'exec'), command=['ps'], container='look', stdout='true'
    )
    assert b'/pause' in lab.simulation.run_task(session.stdout.read())
    assert lab.get()['status']['ephemeralContainerStatuses'][0]['ready'] is False


def test_a_shell_on_a_terminal_asks_and_answers(lab) -> None:
    lab.pod(command=['sleep', '600'])
    lab.ready()
    path = lab.admin.path('pods', 'default', 'web', 'exec')
    session = lab.admin.connect(path, command=['sh'], stdin='true', stdout='true', tty='true')
    assert session.stderr is None
    session.stdin.write('echo hello; nope\n')
    session.stdin.write('exit 3\n')
    text = lab.simulation.run_task(session.stdout.read()).decode()
    assert text.startswith('/ # hello\nsh: ')
    assert text.endswith('nope: not found\n/ # ')
    assert session.status.result()['details']['causes'] == [{'reason': 'ExitCode', 'message': '3'}]


def test_the_first_process_is_not_killed_from_inside(lab) -> None:
    lab.pod(command=['sleep', '600'])
    lab.ready()
    assert lab.exec('web', 'sh', '-c', 'kill -9 1; echo $?') == (0, '0\n')
    lab.simulation.advance(3)
    assert lab.status()['restartCount'] == 0


@pytest.mark.parametrize(('image', 'security', 'shown'), [
    ('busybox', {}, 'uid=0(root) gid=0(root) groups=0(root),10(wheel)\n'),
    ('busybox', {'supplementalGroupsPolicy': 'Strict'}, 'uid=0(root) gid=0(root) groups=0(root)\n'),
    ('busybox', {'runAsUser': 1000}, 'uid=1000 gid=0(root) groups=0(root)\n'),
    ('alpine', {'fsGroup': 2000}, 'uid=0(root) gid=0(root) groups=0(root),1(bin),2(daemon),3(sys),4(adm),6(disk),'
                                  '10(wheel),11(floppy),20(dialout),26(tape),27(video),2000\n')])
def test_a_user_has_the_groups_that_the_image_gives(lab, image, security, shown) -> None:
    lab.pod(image=image, command=['sleep', '600'], securityContext=security)
    lab.ready()
    assert lab.exec('web', 'id')[1] == shown


def test_agnhost_has_a_user_with_a_group_of_its_own_to_try_policies_with(lab) -> None:
    """What the documentation shows supplementalGroupsPolicy with."""
    for name, policy in (('merged', {}), ('strict', {'supplementalGroupsPolicy': 'Strict'})):
        context = {'runAsUser': 1000, 'runAsGroup': 3000, 'supplementalGroups': [4000], **policy}
        lab.pod(name, 'registry.k8s.io/e2e-test-images/agnhost:2.45', ['sleep', '600'], securityContext=context)
        lab.ready(name)
    assert lab.exec('merged', 'id')[1] == (
        'uid=1000(user-defined-in-image) gid=3000 groups=3000,4000,50000(group-defined-in-image)\n')
    assert lab.exec('strict', 'id')[1] == 'uid=1000(user-defined-in-image) gid=3000 groups=3000,4000\n'
    assert lab.status('merged')['user']['linux']['supplementalGroups'] == [3000, 4000, 50000]


def test_the_environment_begins_with_path_and_host_name(lab) -> None:
    for name, tty in (('web', False), ('typed', True)):
        lab.pod(name, image='nginx', container={'env': [{'name': 'A', 'value': '1'}], 'tty': tty, 'stdin': tty})
        lab.ready(name)
        names = [line.partition('=')[0] for line in lab.exec(name, 'env')[1].splitlines()]
        assert [name for name in names if name != 'TERM'][:3] == ['PATH', 'HOSTNAME', 'NGINX_VERSION']
        assert names[-1] == 'HOME' and 'A' in names and names[1] == ('TERM' if tty else 'HOSTNAME')
