"""From machine to machine: ssh, scp, sudo, su, and what lies on a node's disk."""

from __future__ import annotations

import pytest

from tests.unit.machine.conftest import Desk


def test_a_command_runs_on_the_node(shared: Desk) -> None:
    assert shared.out('ssh node01 hostname; ssh node02 "cat /etc/hostname; pwd; whoami"') == (
        'node01\nnode02\n/home/learner\nlearner\n')
    assert shared.out('ssh node01 false; echo $?') == '1\n'
    assert shared.out('echo "cat /etc/hostname" | ssh node01 bash') == 'node01\n'
    assert shared.out('ssh root@node01 id -un') == 'root\n'


def test_a_conversation_ends_with_exit(shared: Desk) -> None:
    shown = shared.type('ssh node01', 'hostname', 'sudo -i', 'whoami', 'exit', 'exit')
    assert 'Welcome to Ubuntu 24.04.3 LTS (GNU/Linux 6.8.0-79-generic x86_64)\n' in shown
    assert 'learner@node01:~$ hostname\nnode01\n' in shown
    assert 'root@node01:~# whoami\nroot\n' in shown
    assert shown.endswith('root@node01:~# exit\nlogout\nlearner@node01:~$ exit\nlogout\nConnection to node01 closed.\n')


@pytest.mark.parametrize(('command', 'said', 'code'), [
    ('ssh nowhere', 'ssh: Could not resolve hostname nowhere: Name or service not known\n', 255),
    ('ssh -p 2222 node01', 'ssh: connect to host node01 port 2222: Connection refused\n', 255),
    ('ssh mallory@node01 id', 'mallory@node01: Permission denied (publickey).\n', 255),
    ('ssh -o ConnectTimeout=3 172.30.9.9', 'ssh: connect to host 172.30.9.9 port 22: Connection timed out\n', 255),
    ('su - learner -c id', 'Password: \nsu: Authentication failure\n', 1),
    ('sudo su - no', 'su: user no does not exist or the user entry does not contain all the required fields\n', 1),
])
def test_who_does_not_get_in(shared: Desk, command: str, said: str, code: int) -> None:
    assert shared.out(command) == said
    assert shared.code == code


def test_a_host_that_changed_its_key_is_not_trusted(desk: Desk) -> None:
    desk.out('ssh root@node01 "echo ssh-ed25519 AAAA > /etc/ssh/ssh_host_ed25519_key.pub"')
    assert 'REMOTE HOST IDENTIFICATION HAS CHANGED' in desk.out('ssh node01 id')
    desk.out('echo > ~/.ssh/known_hosts')
    assert desk.out('ssh node02 id') == 'Host key verification failed.\n'
    shown = desk.type('ssh node02 hostname', 'yes')
    assert "Warning: Permanently added 'node02' (ED25519) to the list of known hosts.\nnode02\n" in shown


def test_files_are_copied_between_machines(desk: Desk) -> None:
    desk.out('mkdir -p d/e; echo one > d/e/f; scp -r d node01:')
    assert desk.out('ssh node01 "cat d/e/f; stat -c %U d/e/f"') == 'one\nlearner\n'
    desk.out('scp node01:d/e/f back')
    assert desk.out('cat back') == 'one\n'
    assert desk.out('scp node01:/etc/kubernetes/kubelet.conf .') == (
        'scp: /etc/kubernetes/kubelet.conf: Permission denied\n')
    assert desk.out('scp d node01:x') == 'scp: d: not a regular file\n'
    assert 'Permission denied' in desk.out('scp back node01:/etc/')


def test_the_learner_sits_at_the_control_plane(shared: Desk) -> None:
    assert shared.out('ls /etc/kubernetes') == (
        'admin.conf\ncontroller-manager.conf\nkubelet.conf\nmanifests\npki\nscheduler.conf\nsuper-admin.conf\n')
    assert 'etcd.yaml\nkube-apiserver.yaml\n' in shared.out('ls /etc/kubernetes/manifests')
    digest = 'sudo md5sum /etc/kubernetes/manifests/etcd.yaml'
    before = shared.out(digest)
    assert shared.out('sed -i s/a/b/ /etc/kubernetes/manifests/etcd.yaml') == (
        "sed: can't read /etc/kubernetes/manifests/etcd.yaml: Permission denied\n")
    assert shared.out(digest) == before
    assert shared.out('sed -i s/a/b/ /etc/hosts').startswith("sed: couldn't open temporary file /etc/sed")
    assert shared.out('cat /etc/kubernetes/admin.conf') == 'cat: /etc/kubernetes/admin.conf: Permission denied\n'
    assert shared.out('ssh node01 ls /etc/kubernetes') == 'kubelet.conf\nmanifests\npki\n'
    assert 'system:node:node01' in shared.out(
        'ssh root@node01 kubectl --kubeconfig /etc/kubernetes/kubelet.conf auth whoami')


def test_the_process_table_shows_daemons_and_what_runs_in_containers(desk: Desk) -> None:
    desk.out('kubectl run web --image=nginx --overrides=\'{"spec": {"nodeName": "node01"}}\'')
    desk.wait(20)
    shown = desk.out('ssh node01 ps aux')
    for program in ('/usr/bin/containerd\n', '/usr/bin/kubelet --bootstrap-kubeconfig=',
                    'nginx: master process nginx -g daemon off;\n',
                    '/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id '):
        assert program in shown
    desk.out('ssh root@node01 pkill -o nginx')
    desk.wait(20)
    assert desk.out('kubectl get pod web -o jsonpath={.status.containerStatuses[0].restartCount}') == '1'


def test_conditions_about_files_depend_on_who_asks(desk: Desk) -> None:
    asked = ('for each in r:/etc/kubernetes/admin.conf w:/etc/hosts x:/etc/hosts r:/etc/hosts w:/tmp x:/etc O:/etc '
             'c:/etc/hosts c:/dev/null k:/tmp; do [ -${each%%:*} ${each#*:} ] && echo $each; done')
    everybodys = ['r:/etc/hosts', 'w:/tmp', 'x:/etc', 'c:/dev/null', 'k:/tmp']
    assert desk.out(asked).split() == everybodys
    assert desk.out(f"sudo bash -c '{asked}'").split() == [
        'r:/etc/kubernetes/admin.conf', 'w:/etc/hosts', *everybodys[:3], 'O:/etc', *everybodys[3:]]
