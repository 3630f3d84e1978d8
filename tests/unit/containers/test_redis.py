"""Redis by its versions, and the worker that takes its items from it."""

from __future__ import annotations

import pytest


def lines(node, container) -> list[str]:
    """What it logs, without process and time."""
    return [line.split(' ', 5)[5] for line in node.output(container).splitlines()]


@pytest.mark.parametrize(('image', 'marks', 'clock', 'last'), [
    ('redis:6.0.5', '###*#*', False, '* Ready to accept connections'),
    ('redis:6.2', '###**#*', True, '* Ready to accept connections'),
    ('redis:7.2', '**#****', True, '* Ready to accept connections tcp')])
def test_a_server_begins_as_its_version_does(node, image, marks, clock, last) -> None:
    found = lines(node, node.run(image))
    assert ''.join(line[0] for line in found) == marks
    assert ('* monotonic clock: POSIX clock_gettime' in found) == clock
    assert found[-1] == last


def test_an_old_server_shows_its_logo(node) -> None:
    said = node.output(node.run('registry.k8s.io/redis:v1', env={'MASTER': 'true'}))
    assert said.startswith("Redis master data doesn't exist, data won't be persistent!\n                _._      ")
    assert 'Redis 3.2.0 (00000000/0) 64 bit\n' in said
    assert said.endswith('* The server is now ready to accept connections on port 6379\n')


def test_the_stream_to_replicas_grows_with_time(node) -> None:
    leader = node.run('redis:6.0.5')
    node.run('redis:6.0.5', 'redis-server', '--replicaof', node.address(leader), '6379')
    node.simulation.advance(25)
    said = node.exec(leader, 'redis-cli', 'info', 'replication')[1].replace('\r', '')
    assert 'repl_backlog_active:1\n' in said
    assert 'master_repl_offset:28\n' in said


def test_words_in_quotes_are_one_word(node) -> None:
    container = node.run('redis')
    assert node.exec(container, 'sh', '-c', '''printf 'rpush job "an apple"\nlrange job 0 -1\n' | redis-cli''') == (
        0, '1\nan apple\n')


def test_a_client_without_a_server_goes_on_trying(node) -> None:
    container = node.run('redis', 'sleep', '100')
    failed = 'Could not connect to Redis at 127.0.0.1:6379: Connection refused\n'
    assert node.exec(container, 'sh', '-c', 'echo ping | redis-cli') == (0, failed * 2)
    assert node.exec(container, 'redis-cli', 'ping') == (1, failed)


def test_the_items_of_a_work_queue_are_each_done_once(node) -> None:
    server = node.run('redis')
    node.exec(server, 'redis-cli', 'rpush', 'job2', 'apple', 'banana', 'cherry')
    first, second = (node.run('gcr.io/myproject/job-wq-2', 'sh', '-c', 'sleep 1; python worker.py') for _ in range(2))
    for worker in (first, second):
        worker.host.files.make_dirs('/etc')
        worker.host.files.put('/etc/hosts', f'{node.address(server)} redis\n')
    node.simulation.advance(40)
    said = [line for worker in (first, second) for line in node.output(worker).splitlines()]
    assert sorted(line for line in said if line.startswith('Working on')) == [
        'Working on apple', 'Working on banana', 'Working on cherry']
    assert said.count('Queue empty, exiting') == 2
    assert not first.running and not second.running
