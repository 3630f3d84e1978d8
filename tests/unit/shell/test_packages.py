"""Packages that are installed: in a container, on a node, and those that there are not."""

from __future__ import annotations

import pytest

from tutor.session.workbench import Workbench


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    for name, image in (('deb', 'debian'), ('alp', 'alpine'), ('web', 'nginx')):
        bench.run(f'kubectl run {name} --image={image} --command -- sleep 1d')
    bench.simulation.advance(60)
    return bench


def inside(bench: Workbench, pod: str, command: str) -> str:
    ran = bench.run(f"kubectl exec {pod} -- sh -c '{command}'")
    return ran.stdout + ran.stderr


def test_nothing_can_be_installed_before_an_update(bench: Workbench) -> None:
    assert 'E: Unable to locate package tree' in inside(bench, 'deb', 'apt-get install -y tree')
    shown = inside(bench, 'deb', 'apt-get update && apt-get install -y tree procps && tree /root && ps')
    assert 'The following NEW packages will be installed:\n  procps tree\n' in shown
    assert 'Setting up tree (2.1.0-1) ...\n' in shown
    assert '0 directories, 0 files' in shown
    assert 'PID TTY' in shown
    assert 'tree is already the newest version' in inside(bench, 'deb', 'apt-get install tree')
    assert 'Removing tree' in inside(bench, 'deb', 'apt-get remove -y tree')
    assert 'tree: not found' in inside(bench, 'deb', 'tree')


def test_a_package_brings_what_it_needs(bench: Workbench) -> None:
    shown = inside(bench, 'web', 'apt-get update >/dev/null; apt-get install -y dnsutils; nslookup kubernetes')
    assert '  bind9-dnsutils dnsutils\n' in shown
    assert 'Name:\tkubernetes.default.svc.cluster.local' in shown


def test_bind_tools_bring_another_nslookup_to_alpine(bench: Workbench) -> None:
    shown = inside(bench, 'alp', 'apk add --no-cache bind-tools >/dev/null; nslookup kubernetes.default')
    assert shown == (
        'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n'
        'Name:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n\n'
    )


def test_apk_adds_and_takes_away(bench: Workbench) -> None:
    shown = inside(bench, 'alp', 'apk add --no-cache curl jq; jq -n 1; apk del jq; jq')
    assert '(2/2) Installing jq (1.8.0-r0)\n' in shown
    assert '\n1\n(1/1) Purging jq' in shown
    assert 'jq: not found' in shown
    assert 'nosuch (no such package)' in inside(bench, 'alp', 'apk add nosuch')


@pytest.mark.parametrize(('command', 'said'), [
    ('apt-get install jq', 'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)'),
    ('sudo apt-get install -y nosuch', 'E: Unable to locate package nosuch\n'),
    ('sudo apt install -y git', 'the package git is not simulated here'),
    ('sudo apt-get install -y kubeadm=1.36.1-*', 'kubeadm is already the newest version (1.36.1-1.1).'),
    ('sudo apt-get install -y kubelet=1.37.0-1.1', "E: Version '1.37.0-1.1' for 'kubelet' was not found"),
    ('sudo apt-get install -y kubeadm=1.36.0-1.1',
     'E: Held packages were changed and -y was used without --allow-change-held-packages.\n'),
    ('sudo apt-get install -y --allow-change-held-packages kubeadm=1.36.0-1.1',
     'E: Packages were downgraded and -y was used without --allow-downgrades.\n'),
    ('apt-cache policy kubelet', 'kubelet:\n  Installed: 1.36.1-1.1\n  Candidate: 1.36.1-1.1\n  Version table:\n'
     ' *** 1.36.1-1.1 500\n        500 https://pkgs.k8s.io/core:/stable:/v1.36/deb  Packages\n'
     '        100 /var/lib/dpkg/status\n     1.36.0-1.1 500\n'),
    ('apt-cache madison nosuch', 'N: Unable to locate package nosuch\n'),
    ('apt list --installed kubeadm', 'Listing...\nkubeadm/unknown,now 1.36.1-1.1 amd64 [installed]\n'),
    ('apt list -a kubelet', 'kubelet/unknown,now 1.36.1-1.1 amd64 [installed]\nkubelet/unknown 1.36.0-1.1 amd64\n'),
    ('sudo apt-get update', '/kubernetes:/core:/stable:/v1.36/deb  InRelease'),
    ('cat /etc/apt/sources.list.d/kubernetes.list',
     'deb [signed-by=/etc/apt/keyrings/kubernetes-apt-keyring.gpg] https://pkgs.k8s.io/core:/stable:/v1.36/deb/ /\n'),
    ('dpkg -l kubeadm nosuch',
     '||/ Name           Version      Architecture Description\n+++-==============-============-============-======='),
    ('dpkg -l kubeadm nosuch',
     'hi  kubeadm        1.36.1-1.1   amd64        Command-line utility for administering a Kubernetes cluster\n'),
    ('dpkg -l nosuch', 'dpkg-query: no packages found matching nosuch\n'),
    ('dpkg -L kubelet', '/.\n/etc\n/etc/kubernetes\n/etc/kubernetes/manifests\n/usr\n/usr/bin\n/usr/bin/kubelet\n'),
    ('dpkg -S /usr/bin/kubeadm /opt/cni/bin/tap', 'kubeadm: /usr/bin/kubeadm\nkubernetes-cni: /opt/cni/bin/tap\n'),
    ('dpkg -S /nosuch', 'dpkg-query: no path found matching pattern /nosuch\n'),
    ('dpkg -s kubectl', 'Package: kubectl\nStatus: hold ok installed\n'),
    ('dpkg -s nosuch', "dpkg-query: package 'nosuch' is not installed and no information is available\n"),
    ('dpkg --get-selections kubelet', 'kubelet\t\t\t\t\t\thold\n'),
    ('sudo apt-mark unhold kubectl >/dev/null; dpkg -l kubectl; sudo apt-mark hold kubectl', 'ii  kubectl '),
    ('sudo dpkg -i x.deb', 'dpkg: error: dpkg -i is not simulated here\n'),
    ('apt-cache madison kubeadm', 'kubeadm | 1.36.1-1.1 | https://pkgs.k8s.io/'),
    ('sudo apt-mark unhold kubelet; apt-mark showhold; sudo apt-mark hold kubelet',
     'Canceled hold on kubelet.\nkubeadm\nkubectl\nkubelet set on hold.\n'),
])
def test_a_node_has_its_packages(bench: Workbench, command: str, said: str) -> None:
    ran = bench.run(command)
    assert said in ran.stdout + ran.stderr


def test_dnf_zypper_and_pacman_install_in_their_own_words() -> None:
    bench = Workbench()
    for name, image in (('rocky', 'rockylinux:9'), ('leap', 'opensuse/leap'), ('arch', 'archlinux')):
        bench.run(f'kubectl run {name} --image={image} --command -- sleep 1d')
    bench.simulation.advance(60)
    assert 'ID="rocky"' in inside(bench, 'rocky', 'cat /etc/os-release')
    shown = inside(bench, 'rocky', 'dnf install -y tree procps-ng && tree /root && ps && yum remove -y tree; tree')
    for text in ('Install  2 Packages\n', '\nInstalled:\n  procps-ng-3.3.17-14.el9.x86_64\n',
                 '  tree-1.8.0-10.el9.x86_64\n',
                 '0 directories, 0 files', 'PID TTY', 'Removed:\n', 'tree: '):
        assert text in shown
    assert 'Error: Unable to find a match: nosuch\n' in inside(bench, 'rocky', 'dnf install nosuch')
    assert 'Operation aborted.' in inside(bench, 'rocky', 'dnf install jq')
    shown = inside(bench, 'leap', 'zypper -n install jq && jq -n 1; zypper in -y nosuch; echo $?')
    assert 'The following NEW package is going to be installed:\n  jq\n' in shown
    assert '\n1\n' in shown and "No provider of 'nosuch' found.\n" in shown and '104\n' in shown
    assert 'error: target not found: jq' in inside(bench, 'arch', 'pacman -S --noconfirm jq')
    shown = inside(bench, 'arch', 'pacman -Sy --noconfirm jq && jq -n 1')
    assert 'Packages (1) jq-1.8.1-1\n' in shown and shown.endswith('\n1\n')
