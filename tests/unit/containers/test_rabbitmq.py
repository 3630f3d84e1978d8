"""RabbitMQ and amqp-tools, as the work queue of the Kubernetes documentation uses them."""

from tutor.cluster.containers.container import ContainerMount
from tutor.shell.vfs import FileSystem

URL = '--url=amqp://guest:guest@'


def broker(node, **settings):
    found = node.run('rabbitmq', **settings)
    node.simulation.advance(5)
    return found


def client(node):
    found = node.run('ubuntu:22.04', 'sleep', '1000')
    node.exec(found, 'apt-get', 'update')
    assert node.exec(found, 'apt-get', 'install', '-y', 'amqp-tools')[0] == 0
    return found


def test_a_message_is_published_and_consumed_by_a_command(node) -> None:
    server, tools = broker(node), client(node)
    url = URL + node.address(server)
    assert node.exec(tools, 'amqp-declare-queue', url, '-q', 'foo', '-d') == (0, 'foo\n')
    assert node.exec(tools, 'amqp-publish', url, '-r', 'foo', '-p', '-b', 'Hello') == (0, '')
    assert node.exec(server, 'rabbitmqctl', '-q', 'list_queues') == (0, 'name\tmessages\nfoo\t1\n')
    assert node.exec(tools, 'amqp-consume', url, '-q', 'foo', '-c', '1', 'cat') == (0, 'Hello')
    assert node.exec(tools, 'amqp-get', url, '-q', 'foo')[0] == 2


def test_a_message_whose_command_fails_comes_back(node) -> None:
    server, tools = broker(node), client(node)
    url = URL + node.address(server)
    node.exec(tools, 'amqp-declare-queue', url, '-q', 'foo')
    node.exec(tools, 'amqp-publish', url, '-r', 'foo', '-b', 'again')
    assert node.exec(tools, 'amqp-consume', url, '-q', 'foo', '-c', '1', 'false') == (0, '')
    assert node.exec(tools, 'amqp-get', url, '-q', 'foo') == (0, 'again')


def test_what_the_server_refuses_is_told(node) -> None:
    server, tools = broker(node), client(node)
    address = node.address(server)
    assert node.exec(tools, 'amqp-consume', URL + address, '-q', 'no', 'cat') == (
        1, "basic.consume: server channel error 404, message: NOT_FOUND - no queue 'no' in vhost '/'\n")
    node.exec(tools, 'amqp-declare-queue', URL + address, '-q', 'foo', '-d')
    assert node.exec(tools, 'amqp-declare-queue', URL + address, '-q', 'foo') == (
        1, "queue.declare: server channel error 406, message: PRECONDITION_FAILED - inequivalent arg 'durable' for "
           "queue 'foo' in vhost '/': received 'false' but current is 'true'\n")
    assert 'ACCESS_REFUSED' in node.exec(tools, 'amqp-publish', f'--url=amqp://me:no@{address}', '-r', 'foo')[1]
    assert node.exec(tools, 'amqp-publish', f'--url=amqp://{address}:1', '-r', 'foo') == (
        1, f'opening socket to {address}:1: a socket error occurred\n')


def test_durable_queues_outlive_the_server(node) -> None:
    volume = FileSystem(lambda: 0.0)
    settings = {'mounts': [ContainerMount('/var/lib/rabbitmq', lambda: (volume, '/'))]}
    first, tools = node.run('rabbitmq', **settings), client(node)
    node.simulation.advance(5)
    url = URL + node.address(first)
    node.exec(tools, 'amqp-declare-queue', url, '-q', 'kept', '-d')
    node.exec(tools, 'amqp-declare-queue', url, '-q', 'lost')
    node.exec(tools, 'amqp-publish', url, '-r', 'kept', '-p', '-b', 'x')
    node.simulation.run_task(node.runtime.stop(first, 30))
    second = broker(node, **settings)
    assert node.exec(second, 'rabbitmqctl', '-q', 'list_queues') == (0, 'name\tmessages\nkept\t1\n')


def test_a_probe_sees_when_the_server_is_up(node) -> None:
    server = node.run('rabbitmq')
    assert node.exec(server, 'rabbitmq-diagnostics', '-q', 'ping')[0] == 69
    node.simulation.advance(5)
    assert node.exec(server, 'rabbitmq-diagnostics', '-q', 'ping') == (0, 'Ping succeeded\n')
