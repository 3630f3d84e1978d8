"""What a process finds around it in a container: its limits, its neighbours, its programs."""

from __future__ import annotations

import pytest

BANNER = 'BusyBox v1.38.0 (2026-03-15 10:00:00 UTC) multi-call binary.'


def test_the_cgroup_says_the_limits_and_follows_them(node) -> None:
    container = node.run('busybox', 'sleep', '3600', memory_limit=64 * 1024**2, cpu_limit=0.5, cpu_weight=512)
    read = ['sh', '-c', 'cd /sys/fs/cgroup; cat memory.max cpu.max cpu.weight pids.max']
    assert node.exec(container, *read) == (0, '67108864\n50000 100000\n20\nmax\n')
    container.config.cpu_limit = 1.0
    container.host.resize(container.config)
    assert '100000 100000' in node.exec(container, *read)[1]
    code, said = node.exec(container, 'sh', '-c', 'echo 1 > /sys/fs/cgroup/memory.max')
    assert code == 1 and 'Read-only file system' in said


def test_without_limits_the_cgroup_says_max(node) -> None:
    container = node.run('busybox', 'sleep', '3600')
    assert node.exec(container, 'sh', '-c', 'cat /sys/fs/cgroup/*.max') == (0, 'max 100000\nmax\nmax\nmax\n')


def test_nginx_has_workers_and_they_go_with_it(node) -> None:
    container = node.run('nginx')
    listed = node.exec(container, 'sh', '-c', "tr '\\0' '\\n' < /proc/29/cmdline; cat /proc/30/comm")[1]
    assert listed == 'nginx: worker process\nnginx\n'
    assert '1#1: start worker process 29\n' in node.output(container)
    node.exec(container, 'nginx', '-s', 'quit')
    node.simulation.advance(1)
    assert not container.running and container.host.own_processes() == []


def test_a_debug_container_sees_the_files_of_its_target(node) -> None:
    target = node.run('nginx')
    config = node.create('busybox', 'sleep', '3600', target=target.config.name).config
    debugger = node.runtime.create(node.runtime.sandboxes[target.sandbox], config)
    node.runtime.start(debugger)
    node.simulation.advance(0.2)
    code, listed = node.exec(debugger, 'ls', '/proc/1/root/etc/nginx')
    assert code == 0 and 'nginx.conf' in listed.split()
    node.exec(debugger, 'sh', '-c', 'echo seen > /proc/1/root/tmp/note')
    assert node.exec(target, 'cat', '/tmp/note') == (0, 'seen\n')


@pytest.mark.parametrize(('command', 'said'), [
    ('df -h /dev', 'Filesystem                Size      Used Available Use% Mounted on\n'
                   'tmpfs                    64.0M         0     64.0M   0% /dev\n'),
    ('df /dev', 'Filesystem           1K-blocks      Used Available Use% Mounted on\n'
                'tmpfs                    65536         0     65536   0% /dev\n'),
    ('free | head -1', '              total        used        free      shared  buff/cache   available\n'),
    ('busybox echo hi', 'hi\n'),
    ('busybox nope', 'nope: applet not found\n'),
    ('busybox | head -1', f'{BANNER}\n'),
    ('busybox --list | grep -cx -e ls -e wget', '2\n'),
    ('ulimit -n; arch', '1048576\nx86_64\n'),
    ('chmod 999 /tmp', "chmod: invalid mode '999'\n"),
    ('head -n x /etc/passwd', "head: invalid number 'x'\n"),
    ('cut x', 'cut: expected a list of bytes, characters, or fields\n'),
    ("sed 's/a' /etc/passwd", "sed: unmatched '/'\n"),
    ('tr a', f'{BANNER}\n\nUsage: tr [-cds] SET1 [SET2]\n'),
    ('vi /tmp/x', "vi: can't read user input\n"),
    ('vi --help', f'{BANNER}\n\nUsage: vi FILE\nEdit a file.\n'),
])
def test_busybox(node, command: str, said: str) -> None:
    container = node.run('busybox', 'sleep', '3600')
    assert node.exec(container, 'sh', '-c', f'{command} 2>&1')[1] == said


@pytest.mark.parametrize(('image', 'end'), [
    ('busybox', ' x86_64 GNU/Linux'), ('alpine', ' x86_64 Linux'), ('debian', '2025 x86_64 GNU/Linux'),
    ('ubuntu', ' x86_64 x86_64 x86_64 GNU/Linux'),
])
def test_uname_as_the_distribution_builds_it(node, image: str, end: str) -> None:
    container = node.run(image, 'sleep', '3600')
    assert node.exec(container, 'uname', '-a')[1].rstrip().endswith(end)
