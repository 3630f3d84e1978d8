"""crictl on a node's runtime."""

from __future__ import annotations

import json
import re

import pytest

from tests.unit.machine.conftest import Desk


def test_lists_have_crictl_s_columns(shared: Desk) -> None:
    lines = shared.out('sudo crictl ps').splitlines()
    assert lines[0].split('  ')[0] == 'CONTAINER'
    assert re.match(r'[0-9a-f]{13}       [0-9a-f]{13}       \d+ seconds ago      Running  ', lines[1])
    assert 'kube-apiserver-controlplane' in shared.out('sudo crictl pods')
    assert re.search(r'^registry.k8s.io/etcd +3.6.8-0 +[0-9a-f]{13} +22.9MB$', shared.out('sudo crictl images'), re.M)
    assert len(shared.out('sudo crictl ps -q --name kube-scheduler').strip()) == 64
    assert [entry['metadata']['name'] for entry in json.loads(shared.out(
        'sudo crictl ps -o json --name kube-scheduler'))['containers']] == ['kube-scheduler']


@pytest.mark.parametrize(('command', 'said'), [
    ('crictl ps', 'dial unix /run/containerd/containerd.sock: connect: permission denied'),
    ('sudo crictl -r unix:///run/none.sock ps', 'dial unix /run/none.sock: connect: no such file or directory'),
    ('sudo crictl logs none', 'level=fatal msg="rpc error: code = NotFound desc = an error occurred when try to find '
     r'container \"none\": not found"'),
    ('sudo crictl pull nosuch', 'pulling image: rpc error: code = Unknown desc = failed to pull and unpack image'),
    ('sudo crictl runp pod.json', 'error: crictl runp is not simulated'),
    ('sudo crictl rmi nosuch', 'no such image'),
])
def test_what_cannot_be_done_is_said(shared: Desk, command: str, said: str) -> None:
    assert said in shared.out(command)
    assert shared.code == 1


def test_a_container_is_looked_into(desk: Desk) -> None:
    desk.out('kubectl run web --image=nginx --overrides=\'{"spec": {"nodeName": "node01"}}\'')
    desk.wait(15)
    identity = desk.out('ssh root@node01 crictl ps -q --name web').strip()
    assert 'start worker processes' in desk.out(f'ssh root@node01 crictl logs --tail 5 {identity[:6]}')
    assert desk.out(f'ssh root@node01 crictl exec {identity} cat /etc/hostname') == 'web\n'
    assert 'command terminated with exit code 3' in desk.out(
        f'ssh root@node01 "crictl exec {identity} sh -c \'exit 3\'"')
    status = json.loads(desk.out(f'ssh root@node01 crictl inspect {identity}'))
    assert status['status']['state'] == 'CONTAINER_RUNNING'
    assert desk.out(f'ssh root@node01 ps -p {status["info"]["pid"]} -o comm').split() == ['COMMAND', 'nginx']
    shown = desk.type('sudo ssh node01', f'crictl exec -it {identity} bash', 'hostname', 'exit', 'exit')
    assert 'root@web:/# hostname\nweb\n' in shown


def test_the_kubelet_starts_again_what_crictl_stops(desk: Desk) -> None:
    desk.out('kubectl run web --image=nginx --overrides=\'{"spec": {"nodeName": "node01"}}\'')
    desk.wait(15)
    identity = desk.out('ssh root@node01 crictl ps -q --name web').strip()
    assert desk.out(f'ssh root@node01 crictl stop {identity}') == identity + '\n'
    desk.wait(5)
    assert desk.out('kubectl get pod web -o jsonpath={.status.containerStatuses[0].restartCount}') == '1'
    assert 'Exited' in desk.out('ssh root@node01 crictl ps -a --name web')
    assert 'please stop it first' in desk.out('ssh root@node01 "crictl rm \\$(crictl ps -q --name web)"')
    assert desk.out(f'ssh root@node01 crictl rm {identity}') == identity + '\n'
    pod = desk.out('ssh root@node01 crictl pods -q --name web').strip()
    assert desk.out(f'ssh root@node01 crictl stopp {pod}') == f'Stopped sandbox {pod}\n'
    desk.wait(20)
    assert 'Running' in desk.out('kubectl get pod web')


def test_logs_lie_on_the_node_s_disk(desk: Desk) -> None:
    desk.out('kubectl run say --image=busybox --overrides=\'{"spec": {"nodeName": "node01"}}\' -- echo hello')
    desk.wait(15)
    name = desk.out('ssh node01 ls /var/log/containers | grep say_default_say').split()[-1]
    assert re.match(r'\d{4}-\d\d-\d\dT[\d:.]+Z stdout F hello\n$', desk.out(
        f'ssh root@node01 cat /var/log/containers/{name}'))
    assert 'default_say_' in desk.out('ssh node01 ls /var/log/pods')


def test_a_terminal_in_a_container_is_as_large_as_the_one_before_the_person(desk: Desk) -> None:
    desk.out('kubectl run web --image=nginx --overrides=\'{"spec": {"nodeName": "node01"}}\'')
    desk.wait(15)
    assert '# stty size\n24 80\n' in desk.type('kubectl exec -it web -- bash', 'stty size', 'exit')
    identity = desk.out('ssh root@node01 crictl ps -q --name web').strip()
    shown = desk.type('sudo ssh node01', f'crictl exec -it {identity} bash', 'stty size', 'exit', 'exit')
    assert '# stty size\n24 80\n' in shown


def test_what_containers_and_pods_use(desk: Desk) -> None:
    desk.out('kubectl run web --image=nginx --overrides=\'{"spec": {"nodeName": "node01"}}\'')
    desk.wait(15)
    identity = desk.out('ssh root@node01 crictl ps -q --name web').strip()
    pod = desk.out('ssh root@node01 crictl pods -q --name web').strip()
    rows = [line.split() for line in desk.out(f'ssh root@node01 crictl stats --pod {pod}').splitlines()]
    assert [row[:2] for row in rows[1:]] == [[identity[:13], 'web']]
    assert rows[1][4] == '32.77kB'
    found = json.loads(desk.out(f'ssh root@node01 crictl stats --id {identity} -o json'))['stats']
    assert [each['attributes']['id'] for each in found] == [identity]
    assert int(found[0]['memory']['workingSetBytes']['value']) > 10**6
    rows = [line.split() for line in desk.out(f'ssh root@node01 crictl statsp {pod}').splitlines()]
    assert rows[0] == ['POD', 'POD', 'ID', 'CPU', '%', 'MEM']
    assert [row[:2] for row in rows[1:]] == [['web', pod[:13]]]


def test_a_wrong_option_is_told_with_the_help(shared: Desk) -> None:
    said = shared.out('sudo crictl ps --bogus 2>&1')
    assert said.startswith('Incorrect Usage: flag provided but not defined: -bogus\n\nNAME:\n   crictl ps - List')
    assert said.endswith('level=fatal msg="flag provided but not defined: -bogus"\n')


def test_the_file_system_of_images(shared: Desk) -> None:
    found = json.loads(shared.out('sudo crictl imagefsinfo'))['status']['imageFilesystems'][0]
    assert found['fsId']['mountpoint'].startswith('/var/lib/containerd') and int(found['usedBytes']['value']) > 10**8


def test_every_command_tells_how_it_is_used(shared: Desk) -> None:
    assert shared.out('crictl help rmi') == shared.out('crictl rmi -h') == shared.out('sudo crictl rmi') == (
        'NAME:\n   crictl rmi - Remove one or more images\n\nUSAGE:\n   crictl rmi [command options] IMAGE-ID '
        '[IMAGE-ID...]\n\nOPTIONS:\n   --all, -a    Remove all images (default: false)\n   --prune, -q  Remove all '
        'unused images (default: false)\n   --help, -h   show help\n')
    names = re.findall(r'^   (\S+?),? .*', shared.out('crictl --help').partition('COMMANDS:')[2], re.M)
    for name in names[:names.index('help')]:
        assert shared.out(f'crictl {name} --help').startswith(f'NAME:\n   crictl {name} - ')
    assert re.search(r'^   --output value, -o value +Output format, One of: json.yaml.table [(]default: "table"[)]$',
                     shared.out('crictl ps -h'), re.M)
    assert '\n      * dangling=(boolean - true or false)\n' in shared.out('crictl images -h')


def test_options_of_crictl_are_kept_in_its_file(small: Desk) -> None:
    assert small.out('crictl config --get runtime-endpoint') == 'unix:///run/containerd/containerd.sock\n'
    small.out('sudo crictl config --set debug=t,timeout=5')
    assert small.out('crictl config --list').split()[:2] == ['KEY', 'VALUE']
    assert 'timeout: 5\ndebug: true\n' in small.out('cat /etc/crictl.yaml')
    assert 'no configuration option named x' in small.out('crictl config --get x')
    assert r'strconv.Atoi: parsing \"x\": invalid syntax' in small.out('sudo crictl config --set timeout=x')
    small.out('sudo rm /etc/crictl.yaml; sudo crictl config --set runtime-endpoint=unix:///run/containerd/containerd.sock')
    assert small.out('cat /etc/crictl.yaml').splitlines()[:3] == [
        'runtime-endpoint: "unix:///run/containerd/containerd.sock"', 'image-endpoint: ""', 'timeout: 0']
    assert 'kube-apiserver' in small.out('sudo crictl ps')


def test_images_and_their_file_system_are_told_of(small: Desk) -> None:
    status = json.loads(small.out('sudo crictl imagefsinfo'))['status']
    assert int(status['imageFilesystems'][0]['usedBytes']['value']) > 10**8
    assert 'level=fatal msg="no such image \\"nope\\" present"' in small.out('sudo crictl inspecti nope')
    said = small.out('sudo crictl rmi nope registry.k8s.io/kube-proxy:v1.36.1')
    assert 'Deleted: registry.k8s.io/kube-proxy:v1.36.1\n' in said
    assert 'level=error msg="no such image nope"' in said
    assert said.endswith('level=fatal msg="unable to remove the image(s)"\n')
    assert len(json.loads(small.out('sudo crictl inspect'))) == 4
    pod = small.out('sudo crictl pods -q --name etcd').strip()
    assert 'is running, please stop it first' in small.out(f'sudo crictl rmp {pod}')


def test_ctr_shows_what_is_in_the_namespace_of_kubernetes(small: Desk) -> None:
    assert small.out('sudo ctr ns ls') == 'NAME   LABELS \nk8s.io        \nmoby          \n'
    assert small.out('sudo ctr images ls') == 'REF TYPE DIGEST SIZE PLATFORMS LABELS \n'
    names = small.out('sudo ctr -n k8s.io i ls -q').splitlines()
    assert 'registry.k8s.io/etcd:3.6.8-0' in names and names == sorted(names)
    rows = [line.split() for line in small.out('sudo ctr -n k8s.io containers ls').splitlines()]
    ids = small.out('sudo crictl ps -aq; sudo crictl pods -q').split()
    assert rows[0] == ['CONTAINER', 'IMAGE', 'RUNTIME'] and [row[0] for row in rows[1:]] == sorted(ids)
    assert {row[1] for row in rows[1:]} >= {'registry.k8s.io/etcd:3.6.8-0', 'registry.k8s.io/pause:3.10'}
    assert 'connect: permission denied"' in small.out('ctr version')
    assert small.out('sudo ctr -n k8s.io tasks ls') == 'ctr: error: ctr tasks ls is not simulated here\n'
