"""/var/log of a node: what rsyslog keeps there, and what the kubelet gives of it at /logs/."""

from __future__ import annotations

from tests.unit.machine.conftest import Desk

PROXY = 'kubectl get --raw /api/v1/nodes/node01/proxy/logs'


def test_syslog_says_what_the_journal_says(shared: Desk) -> None:
    last = shared.out("ssh node01 'sudo grep kubelet /var/log/syslog | tail -1'")
    assert last.startswith('2026-05-04T09:00:00.') and '+00:00 node01 kubelet[' in last
    message = last.partition(']: ')[2]
    assert message in shared.out("ssh node01 'sudo journalctl -u kubelet --no-pager'")


def test_who_comes_is_told_elsewhere(shared: Desk) -> None:
    assert 'sshd[' in shared.out("ssh node01 'sudo cat /var/log/auth.log'")
    assert 'sshd[' not in shared.out("ssh node01 'sudo cat /var/log/syslog'")
    assert 'Permission denied' in shared.out("ssh node01 'cat /var/log/syslog'")


def test_the_kubelet_lists_the_folder_and_gives_files(shared: Desk) -> None:
    assert shared.out(f'{PROXY}/') == (
        '<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n'
        '<a href="auth.log">auth.log</a>\n<a href="containers/">containers/</a>\n<a href="kern.log">kern.log</a>\n'
        '<a href="pods/">pods/</a>\n<a href="syslog">syslog</a>\n</pre>\n')
    assert 'node01 kernel: Linux version' in shared.out(f'{PROXY}/kern.log')
    name = shared.out(f"{PROXY}/containers/ | grep -o 'kube-proxy[^\"<]*' | head -1").strip()
    assert 'stderr F I0504' in shared.out(f'{PROXY}/containers/{name}')
    assert 'the server could not find the requested resource' in shared.out(f'{PROXY}/nothing')
