"""What the tutorials of the Kubernetes documentation run: the images behind them work together."""

from typing import Any

import pytest

from tutor.cluster.containers.container import Container, ContainerMount
from tutor.cluster.containers.http import HttpRequest, HttpResponse, fetch
from tutor.shell.vfs import FileSystem


def get(node, container: Any, target: str, port: int = 80, **request) -> HttpResponse:
    asked = HttpRequest(request.get('method', 'GET'), target, {'host': 'here'}, request.get('body', b''))
    return node.simulation.run_task(fetch(container.network, node.address(container), port, asked))


def know(node, container: Any, **hosts: Container) -> None:
    """Let a container resolve the others' names."""
    for name, other in hosts.items():
        container.host.files.make_dirs('/etc')
        known = container.host.files.read_text('/etc/hosts') if container.host.files.is_file('/etc/hosts') else ''
        container.host.files.put('/etc/hosts', f'{known}{node.address(other)} {name.replace("_", "-")}\n')


def test_redis_reads_its_configuration_file(node) -> None:
    conf = 'echo "maxmemory 2mb\nmaxmemory-policy allkeys-lru" > /data/redis.conf; exec redis-server /data/redis.conf'
    container = node.run('redis:8.0.2', 'sh', '-c', conf)
    assert node.exec(container, 'redis-cli', 'CONFIG', 'GET', 'maxmemory') == (0, 'maxmemory\n2097152\n')
    assert node.exec(container, 'redis-cli', 'CONFIG', 'GET', 'maxmemory-policy')[1] == (
        'maxmemory-policy\nallkeys-lru\n'
    )
    assert node.exec(container, 'redis-cli', 'CONFIG', 'SET', 'nothing', '1')[1].startswith('ERR Unknown option')


def test_redis_refuses_a_wrong_configuration(node) -> None:
    container = node.run('redis', 'sh', '-c', 'echo "maxmem 2mb" > redis.conf; exec redis-server redis.conf')
    assert container.exit_code == 1
    assert "at line 1\n>>> 'maxmem 2mb'\nBad directive or wrong number of arguments" in node.output(container)


def test_redis_finds_again_what_it_has_saved(node) -> None:
    volume = FileSystem(lambda: 0.0)
    mount = ContainerMount('/data', lambda: (volume, '/'))
    first = node.run('redis', mounts=[mount])
    node.exec(first, 'redis-cli', 'rpush', 'list', 'a', 'b')
    node.simulation.run_task(node.runtime.stop(first, 30))
    second = node.run('redis', mounts=[mount])
    assert node.exec(second, 'redis-cli', 'lrange', 'list', '0', '-1') == (0, 'a\nb\n')
    assert 'keys loaded: 1' in node.output(second)


def test_a_redis_replica_follows_its_primary_and_comes_back_to_it(node) -> None:
    leader = node.run('redis:6.0.5')
    node.exec(leader, 'redis-cli', 'set', 'early', '1')
    follower = node.run('redis:6.0.5', 'redis-server', '--replicaof', node.address(leader), '6379')
    assert node.exec(follower, 'redis-cli', 'get', 'early') == (0, '1\n')
    node.exec(leader, 'redis-cli', 'set', 'late', '2')
    node.simulation.run_ready()
    assert node.exec(follower, 'redis-cli', 'get', 'late') == (0, '2\n')
    assert node.exec(follower, 'redis-cli', 'set', 'own', '3')[1].startswith('READONLY')
    assert 'connected_slaves:1' in node.exec(leader, 'redis-cli', 'info', 'replication')[1]
    node.simulation.run_task(node.runtime.stop(leader, 30))
    node.simulation.advance(2)
    assert 'master_link_status:down' in node.exec(follower, 'redis-cli', 'info', 'replication')[1]
    assert 'Connection with master lost.' in node.output(follower)


def test_the_guestbook_writes_to_the_leader_and_reads_from_the_follower(node) -> None:
    leader = node.run('redis:6.0.5')
    follower = node.run('redis:6.0.5', 'redis-server', '--replicaof', node.address(leader), '6379')
    frontend = node.run('us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5')
    know(node, frontend, redis_leader=leader, redis_follower=follower)
    assert get(node, frontend, '/guestbook.php?cmd=set&key=messages&value=hi').body == b'{"message": "Updated"}'
    node.simulation.run_ready()
    assert get(node, frontend, '/guestbook.php?cmd=get&key=messages').body == b'{"data": "hi"}'
    assert b'<title>Guestbook</title>' in get(node, frontend, '/').body
    node.simulation.run_task(node.runtime.stop(leader, 30))
    assert get(node, frontend, '/guestbook.php?cmd=set&key=messages&value=bye').status == 500
    assert 'PHP Fatal error:  Uncaught Predis\\Connection\\ConnectionException: Connection refused' in (
        node.output(frontend)
    )


def test_a_frontend_needs_its_backends_name_to_start(node) -> None:
    container = node.run('gcr.io/google-samples/hello-frontend:1.0')
    assert container.exit_code == 1
    assert 'host not found in upstream "hello" in /etc/nginx/conf.d/frontend.conf:4' in node.output(container)


def test_a_database_finds_again_what_it_has_stored(node) -> None:
    volume = FileSystem(lambda: 0.0)
    settings = {
        'mounts': [ContainerMount('/var/lib/mysql', lambda: (volume, '/'))],
        'env': {'MYSQL_ROOT_PASSWORD': 'p', 'MYSQL_DATABASE': 'shop'},
    }
    first = node.run('mysql:8.0', **settings)
    node.simulation.advance(10)
    assert node.exec(first, 'mysql', '-pp', 'shop', '-e', 'CREATE TABLE t (x INT); INSERT INTO t VALUES (7)')[0] == 0
    node.simulation.run_task(node.runtime.stop(first, 30))
    second = node.run('mysql:8.0', **settings)
    node.simulation.advance(10)
    assert node.exec(second, 'mysql', '-pp', 'shop', '-N', '-e', 'SELECT x FROM t')[1].startswith('7\n')


def test_wordpress_is_installed_into_its_database(node) -> None:
    mysql = node.run('mysql:8.0', env={'MYSQL_ROOT_PASSWORD': 'p', 'MYSQL_DATABASE': 'wordpress'})
    site = node.run('wordpress', env={'WORDPRESS_DB_USER': 'root', 'WORDPRESS_DB_PASSWORD': 'p'})
    know(node, site, mysql=mysql)
    assert b'Error establishing a database connection' in get(node, site, '/').body
    node.simulation.advance(10)
    sent = get(node, site, '/')
    assert sent.header('location') == 'http://here/wp-admin/install.php'
    assert list(sent.headers) == ['date', 'server', 'x-powered-by', 'expires', 'cache-control', 'x-redirect-by',
                                  'location', 'content-length', 'connection', 'content-type']
    form = b'weblog_title=Our+shop&user_name=a'
    assert b'Success!' in get(node, site, '/wp-admin/install.php?step=2', method='POST', body=form).body
    assert b'<title>Our shop</title>' in get(node, site, '/').body


def test_stress_takes_the_cores_it_is_told_to(node) -> None:
    container = node.run('vish/stress', '/stress', '-cpus', '2', '-mem-total', '10Mi')
    node.simulation.advance(60)
    assert container.running
    assert 'Allocating "10Mi" memory, in "4Ki" chunks, with a 1ms sleep between allocations' in node.output(container)
    assert 'Allocated "10Mi" memory' in node.output(container)


def test_a_connection_ends_with_the_process_that_served_it(node) -> None:
    server = node.run('registry.k8s.io/serve_hostname')
    client = node.run('busybox', 'sleep', '1000')
    connection = node.simulation.run_task(client.network.connect(node.address(server), 9376))
    node.runtime.kill(server)
    node.simulation.run_ready()
    assert node.simulation.run_task(connection.reader.read()) == b''


def test_a_mysql_replica_begins_with_a_copy_and_follows(node) -> None:
    """What the documentation's replicated MySQL does with XtraBackup, by hand."""
    free = {'MYSQL_ALLOW_EMPTY_PASSWORD': '1'}
    source_data, replica_data = FileSystem(lambda: 0.0), FileSystem(lambda: 0.0)
    at_source = [ContainerMount('/var/lib/mysql', lambda: (source_data, '/'))]
    at_replica = [ContainerMount('/var/lib/mysql', lambda: (replica_data, '/'))]
    logging = "printf '[mysqld]\\nlog-bin\\n' > /etc/mysql/conf.d/a.cnf; exec docker-entrypoint.sh mysqld"
    source = node.run('mysql:5.7', 'sh', '-c', logging, env=free, mounts=at_source)
    node.simulation.advance(10)
    node.exec(source, 'mysql', '-e', "CREATE DATABASE a; CREATE TABLE a.t (x INT); INSERT INTO a.t VALUES (1)")
    backup = f'xtrabackup --backup --slave-info --stream=xbstream --host={node.address(source)} --user=root'
    serving = ('ncat', '--listen', '--keep-open', '3307', '-c', backup)
    sidecar = node.run('gcr.io/google-samples/xtrabackup:1.0', *serving, mounts=at_source)
    fetching = f'ncat --recv-only {node.address(sidecar)} 3307 | xbstream -x -C /var/lib/mysql'
    copier = node.run('gcr.io/google-samples/xtrabackup:1.0', 'bash', '-c', fetching, mounts=at_replica)
    node.simulation.advance(1)
    assert copier.exit_code == 0
    settings = "printf '[mysqld]\\nserver-id=101\\nsuper-read-only\\n' > /etc/mysql/conf.d/a.cnf"
    replica = node.run('mysql:5.7', 'sh', '-c', f'{settings}; exec docker-entrypoint.sh mysqld', env=free,
                       mounts=at_replica)
    node.simulation.advance(3)
    log, position = replica_data.read_text('/xtrabackup_binlog_info').split()
    assert log.endswith('-bin.000003')
    change = f"CHANGE MASTER TO MASTER_HOST='{node.address(source)}', MASTER_USER='root', MASTER_LOG_POS={position}"
    assert node.exec(replica, 'mysql', '-e', f'{change}; START SLAVE') == (0, '')
    node.exec(source, 'mysql', '-e', 'INSERT INTO a.t VALUES (2)')
    node.simulation.run_ready()
    assert node.exec(replica, 'mysql', '-N', '-e', 'SELECT @@server_id, x FROM a.t')[1] == '101\t1\n101\t2\n'
    assert 'ERROR 1290' in node.exec(replica, 'mysql', '-e', 'INSERT INTO a.t VALUES (3)')[1]
    assert 'Slave_IO_Running: Yes' in node.exec(replica, 'mysql', '-e', 'SHOW SLAVE STATUS\\G')[1]


def test_mysql_without_a_binary_log_has_nothing_to_follow(node) -> None:
    free = {'MYSQL_ALLOW_EMPTY_PASSWORD': '1'}
    source, replica = node.run('mysql:5.7', env=free), node.run('mysql:5.7', env=free)
    node.simulation.advance(10)
    assert node.exec(source, 'mysql', '-e', 'SHOW MASTER STATUS') == (0, '')
    change = f"CHANGE MASTER TO MASTER_HOST='{node.address(source)}', MASTER_USER='root'; START SLAVE"
    assert node.exec(replica, 'mysql', '-e', change) == (0, '')
    node.simulation.advance(1)
    assert "1236 from master when reading data from binary log: 'Binary log is not open'" in (
        node.exec(replica, 'mysql', '-e', 'SHOW SLAVE STATUS\\G')[1])


def test_mysql_speaks_as_its_version(node) -> None:
    free = {'MYSQL_ALLOW_EMPTY_PASSWORD': '1'}
    old, new = node.run('mysql:5.7', env=free), node.run('mysql:8.0', env=free)
    node.simulation.advance(10)
    assert "[Note] mysqld: ready for connections.\nVersion: '5.7.44'  socket: " in node.output(old)
    assert '[MY-010931]' in node.output(new) and '[Note] mysqld' not in node.output(new)
    assert node.exec(old, 'mysql', '-e', "SHOW VARIABLES LIKE 'log\\_bin%'")[1] == (
        'Variable_name\tValue\nlog_bin\tOFF\nlog_bin_basename\t\n')
    assert node.exec(new, 'mysql', '-N', '-e', 'SHOW MASTER STATUS; SHOW VARIABLES LIKE "%read_only"')[1] == (
        'binlog.000003\t154\t\t\t\nread_only\tOFF\nsuper_read_only\tOFF\n')


def test_cassandra_nodes_find_each_other_by_their_seeds(node) -> None:
    first = node.run('gcr.io/google-samples/cassandra:v13', env={'CASSANDRA_DC': 'DC1'})
    assert 'Failed to connect' not in node.exec(first, 'nodetool', 'netstats')[1]
    node.simulation.advance(30)
    assert node.exec(first, 'bash', '-c', f'POD_IP={node.address(first)} /ready-probe.sh')[0] == 0
    second = node.run('gcr.io/google-samples/cassandra:v13', env={
        'CASSANDRA_DC': 'DC1', 'CASSANDRA_SEEDS': node.address(first)})
    node.simulation.advance(30)
    lines = node.exec(first, 'nodetool', 'status')[1].splitlines()
    assert lines[0] == 'Datacenter: DC1'
    assert [line.split()[:2] for line in lines[5:7]] == [
        ['UN', node.address(first)], ['UN', node.address(second)]]
    node.runtime.kill(second)
    node.simulation.advance(1)
    assert f'DN  {node.address(second)}' in node.exec(first, 'nodetool', 'status')[1]


def test_mongo_answers_a_ping_and_keeps_documents(node) -> None:
    container = node.run('mongo:7')
    assert node.exec(container, 'mongosh', '--eval', 'db.runCommand( { ping: 1 } )') == (0, '{ ok: 1 }\n')
    inserted = node.exec(container, 'mongosh', 'shop', '--eval', "db.orders.insertOne({item: 'tea', count: 2})")
    assert inserted[1].startswith("{ acknowledged: true, insertedId: ObjectId('")
    assert node.exec(container, 'mongosh', 'shop', '--eval', 'db.orders.countDocuments({count: 2})') == (0, '1\n')
    assert "item: 'tea', count: 2 }" in node.exec(container, 'mongosh', 'shop', '--eval', 'db.orders.find()')[1]
    assert node.exec(container, 'mongosh', '--eval', 'db.a.aggregate([])') == (
        1,
        'error: aggregate() is not simulated here\n',
    )
    assert 'ECONNREFUSED' in node.exec(container, 'mongosh', '--port', '1', '--eval', 'db')[1]


@pytest.mark.parametrize(('options', 'cores'), [
    ((), 1.0), (('--vm-hang', '1'), 0.05), (('--vm-hang', '0'), 0.0), (('--vm-hang', '1', '--vm-keep'), 1.0)])
def test_a_worker_that_hangs_between_its_rounds_computes_little(node, options, cores) -> None:
    container = node.run('polinux/stress', 'stress', '--vm', '1', '--vm-bytes', '100M', *options)
    node.simulation.advance(10)
    before = container.host.meter.at(node.simulation.now)
    node.simulation.advance(10)
    assert container.host.meter.at(node.simulation.now) - before == pytest.approx(10 * cores, abs=0.05)
    assert container.host.resident > 100_000_000
