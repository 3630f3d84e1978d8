from tutor.cluster.containers.http import HttpRequest, HttpResponse, fetch
from tutor.cluster.containers.images.nginx import INDEX

CONF = '/etc/nginx/conf.d/default.conf'


def get(node, container, path: str = '/', port: int = 80, host: str = 'web', method: str = 'GET') -> HttpResponse:
    request = HttpRequest(method, path, {'host': host, 'user-agent': 'test'})
    return node.simulation.run_task(fetch(container.network, node.address(container), port, request))


def configured(node, text: str):
    return node.run('nginx', 'sh', '-c', f"cat > {CONF} <<'END'\n{text}\nEND\nexec nginx -g 'daemon off;'", extras={})


def test_nginx_says_what_the_image_says_when_it_starts_and_ends(node) -> None:
    container = node.run('nginx:1.27')
    lines = node.output(container).splitlines()
    assert lines[0] == (
        '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration'
    )
    assert lines[8] == '/docker-entrypoint.sh: Configuration complete; ready for start up'
    assert lines[10].endswith('[notice] 1#1: nginx/1.27.5')
    node.simulation.run_task(node.runtime.stop(container, 30))
    assert container.exit_code == 0
    assert 'signal 3 (SIGQUIT) received, shutting down' in node.output(container)


def test_nginx_serves_its_files_and_logs_requests(node) -> None:
    container = node.run('nginx:1.27')
    page = get(node, container)
    assert (page.status, page.body.decode(), page.header('server')) == (200, INDEX, 'nginx/1.27.5')
    node.exec(container, 'sh', '-c', 'echo changed > /usr/share/nginx/html/index.html')
    assert get(node, container).body == b'changed\n'
    missing = get(node, container, '/nope')
    assert missing.status == 404
    assert b'<center>nginx/1.27.5</center>' in missing.body
    log = node.output(container)
    assert '"GET /nope HTTP/1.1" 404 153 "-" "test" "-"' in log
    assert 'open() "/usr/share/nginx/html/nope" failed (2: No such file or directory)' in log


def test_nginx_follows_its_configuration(node) -> None:
    container = configured(
        node,
        """
        server {
            listen 8080;
            location = /exact { return 200 "exact $request_uri"; }
            location /old { return 301 /new; }
            location /api/ { proxy_pass http://127.0.0.1:8081/; }
            location ~ \\.txt$ { return 403; }
            add_header X-Here yes;
        }
        server { listen 8081; return 200 "behind $uri"; }
    """,
    )
    assert get(node, container, '/exact', 8080).body == b'exact /exact'
    assert get(node, container, '/exact', 8080).header('x-here') == 'yes'
    assert get(node, container, '/old', 8080).header('location') == '/new'
    assert get(node, container, '/api/v1', 8080).body == b'behind /v1'
    assert get(node, container, '/a.txt', 8080).status == 403


def test_nginx_refuses_a_wrong_configuration(node) -> None:
    container = configured(node, 'server { listen 80; lissten 81; }')
    assert container.exit_code == 1
    assert f'[emerg] 1#1: unknown directive "lissten" in {CONF}:1' in node.output(container)


def test_nginx_reloads(node) -> None:
    container = node.run('nginx')
    node.exec(container, 'sh', '-c', f'echo \'server {{ listen 80; return 200 "new"; }}\' > {CONF}')
    assert get(node, container).body.decode() == INDEX
    assert node.exec(container, 'nginx', '-s', 'reload')[0] == 0
    node.simulation.run_ready()
    assert get(node, container).body == b'new'


def test_nginx_needs_to_write(node) -> None:
    container = node.run('nginx', read_only_root=True)
    assert container.exit_code == 1
    assert 'mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)' in node.output(container)


def test_httpd_works(node) -> None:
    container = node.run('httpd')
    assert b'<p>It works!</p>' in get(node, container).body
    assert get(node, container, '/nope').status == 404
    assert '"GET / HTTP/1.1" 200' in node.output(container)


def test_redis_keeps_what_it_is_told(node) -> None:
    container = node.run('redis')
    assert node.exec(container, 'redis-cli', 'ping') == (0, 'PONG\n')
    assert node.exec(container, 'redis-cli', 'set', 'color', 'blue') == (0, 'OK\n')
    assert node.exec(container, 'redis-cli', 'get', 'color') == (0, 'blue\n')
    assert node.exec(container, 'redis-cli', 'get', 'nothing') == (0, '\n')
    assert node.exec(container, 'redis-cli', 'lpush', 'color', 'x')[1] == (
        'WRONGTYPE Operation against a key holding the wrong kind of value\n'
    )
    assert node.exec(container, 'redis-cli', '-p', '1', 'ping') == (
        1,
        'Could not connect to Redis at 127.0.0.1:1: Connection refused\n',
    )
    assert 'Ready to accept connections tcp' in node.output(container)


def test_pause_waits_until_it_is_told_to_end(node) -> None:
    container = node.run('registry.k8s.io/pause:3.10')
    node.simulation.advance(10_000)
    assert container.running
    node.simulation.run_task(node.runtime.stop(container, 30))
    assert container.exit_code == 0


def test_programs_in_go_send_the_headers_of_net_http_in_its_order(node) -> None:
    echo = get(node, node.run('hashicorp/http-echo', '/http-echo', '-text=hi'), port=5678)
    assert list(echo.headers) == ['x-app-name', 'x-app-version', 'date', 'content-length', 'content-type', 'connection']
    assert echo.header('date').endswith(' 2026 09:00:00 GMT')
    missing = get(node, node.run('registry.k8s.io/e2e-test-images/agnhost:2.59', '/agnhost', 'liveness'), '/no', 8080)
    assert list(missing.headers) == ['content-type', 'x-content-type-options', 'date', 'content-length', 'connection']


def test_busybox_serves_a_folder_in_the_foreground_or_behind(node) -> None:
    container = node.run('busybox', 'sh', '-c', 'mkdir /w; echo hi > /w/index.html; exec httpd -f -v -p 8080 -h /w')
    page, missing = get(node, container, '/', 8080), get(node, container, '/x', 8080)
    assert (page.status, page.body, page.header('content-type')) == (200, b'hi\n', 'text/html')
    assert missing.status == 404
    assert b'<BODY><H1>404 Not Found</H1>\nThe requested URL was not found\n</BODY>' in missing.body
    assert [line.rpartition(' ')[2] for line in node.output(container).splitlines()] == ['response:200', 'response:404']
    assert node.exec(container, 'httpd', '-p', '81', '-h', '/etc') == (0, '')
    assert b'root:x:0:' in get(node, container, '/group', 81).body
    assert node.exec(container, 'httpd', '-p', '81') == (1, 'httpd: bind: Address already in use\n')
    assert node.exec(node.run('alpine', 'sleep', '60'), 'sh', '-c', 'httpd')[0] == 127


def test_busybox_hands_a_connection_to_a_program(node) -> None:
    container = node.run('busybox', 'nc', '-lk', '-p', '7000', '-e', 'tr', 'a-z', 'A-Z')
    for _ in range(2):
        assert node.exec(container, 'sh', '-c', 'echo word | nc 127.0.0.1 7000') == (0, 'WORD\n')


def test_an_old_nginx_says_nothing_until_it_is_asked(node) -> None:
    container = node.run('nginx:1.14.2')
    assert node.output(container) == ''
    assert get(node, container).status == 200
    assert [line.rpartition('"GET ')[2][:14] for line in node.output(container).splitlines()] == ['/ HTTP/1.1" 20']
    assert 'built by gcc 15.2.0 (Alpine 15.2.0)' in node.output(node.run('nginx:1.29-alpine'))


def test_nginx_tries_five_times_to_have_its_port(node) -> None:
    container = node.create('nginx:1.27')
    node.runtime.sandboxes[container.sandbox].open_network(lambda: None).listen(80, lambda connection: None)
    node.runtime.start(container)
    node.simulation.advance(4)
    said = node.output(container)
    assert container.exit_code == 1
    assert said.count('nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n') == 5
    assert said.count('nginx: [emerg] bind() to [::]:80 failed (98: Address already in use)\n') == 5
    assert said.endswith('[emerg] 1#1: still could not bind()\nnginx: [emerg] still could not bind()\n')


def test_nginx_needs_to_be_root_and_to_give_away_its_folders(node) -> None:
    said = node.output(node.run('nginx', capabilities=0))
    assert said.endswith('] chown("/var/cache/nginx/client_temp", 101) failed (1: Operation not permitted)\n')
    said = node.output(node.run('nginx', uid=1000, gid=1000)).splitlines()
    assert said[-3] == ('nginx: [warn] the "user" directive makes sense only if the master process runs with '
                        'super-user privileges, ignored in /etc/nginx/nginx.conf:2')
    assert said[-1] == 'nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)'


def test_stress_without_work_tells_how_it_is_called(node) -> None:
    container = node.run('polinux/stress', 'sleep', '60')
    assert node.exec(container, 'stress', '--version') == (0, 'stress 1.0.4\n')
    assert node.exec(container, 'stress', '--timeout', '3')[1].startswith("`stress' imposes certain types of compute")
