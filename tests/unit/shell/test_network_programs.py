"""curl, wget, nslookup, nc and ping on a network of two: a web server and nothing."""

from __future__ import annotations

import errno
from types import SimpleNamespace

import pytest

from tutor.cluster.simulation import Pipe
from tutor.shell.process import NameNotFound

PAGES = {'/': (200, 'OK', b'<title>Welcome</title>\n'), '/old': (301, 'Moved Permanently', b''),
         '/echo': (200, 'OK', b''), '/broken': (500, 'Internal Server Error', b'oops\n')}


class FakeNetwork:
    """`web` (10.0.0.1) serves pages on port 80, `mute` (10.0.0.2) never answers, port 81 refuses."""

    def __init__(self, simulation) -> None:
        self.simulation = simulation
        self.addresses = ['10.0.0.9']

    async def resolve(self, name: str) -> list[str]:
        known = {'web': '10.0.0.1', 'mute': '10.0.0.2', '10.0.0.1': '10.0.0.1'}
        if name not in known:
            raise NameNotFound(2, 'Name or service not known')
        return [known[name]]

    async def lookup(self, name: str, kind: str, server: str, search: bool):
        found = [SimpleNamespace(name=f'{name}.default.svc.cluster.local', kind='A', data='10.0.0.1')]
        return SimpleNamespace(rcode='NOERROR' if name == 'web' else 'NXDOMAIN', authoritative=True, server=server,
                               records=found if name == 'web' and kind == 'A' else [])

    async def connect(self, address: str, port: int, timeout: float | None = None):
        if address != '10.0.0.1':
            await self.simulation.sleep(timeout or 130)
            raise TimeoutError(errno.ETIMEDOUT, 'Connection timed out')
        if port != 80:
            raise ConnectionRefusedError(errno.ECONNREFUSED, 'Connection refused')
        up, down = Pipe(self.simulation), Pipe(self.simulation)
        self.simulation.spawn(self._serve(up, down))

        def close() -> None:
            up.close()
            down.close_read()
        return SimpleNamespace(reader=down, writer=up, local=('10.0.0.9', 40000), peer=(address, port), close=close,
                               tls=None, server_name=None)

    async def _serve(self, up: Pipe, down: Pipe) -> None:
        lines = []
        while (line := await up.readline()).strip():
            lines.append(line.decode().strip())
        if not lines:
            return
        method, target, _ = lines[0].split()
        status, reason, body = PAGES.get(target, (404, 'Not Found', b'missing\n'))
        if target == '/echo':
            size = next((int(each.split(': ')[1]) for each in lines if each.lower().startswith('content-length')), 0)
            body = '\n'.join([*lines, (await up.read(size)).decode() if size else '']).encode()
        extra = 'Location: /\r\n' if status == 301 else ''
        down.write(f'HTTP/1.1 {status} {reason}\r\nServer: test\r\nContent-Type: text/html\r\n{extra}'
                   f'Content-Length: {len(body)}\r\n\r\n')
        if method != 'HEAD':
            down.write(body)
        down.close()


@pytest.fixture(params=['gnu', 'busybox'])
def both(request):
    from tests.unit.shell.conftest import Machine
    return wired(Machine(request.param))


def wired(machine):
    machine.host.network = FakeNetwork(machine.simulation)
    machine.files.put('/etc/resolv.conf', 'search default.svc.cluster.local\nnameserver 10.96.0.10\n')
    return machine


@pytest.fixture
def net(machine):
    return wired(machine)


@pytest.fixture
def box(busybox):
    return wired(busybox)


@pytest.mark.parametrize(('command', 'stdout', 'stderr', 'code'), [
    ('curl -s http://web', '<title>Welcome</title>\n', '', 0),
    ('curl -s web', '<title>Welcome</title>\n', '', 0),
    ('curl -s -o /dev/null -w "%{http_code}\\n" http://web/nope', '404\n', '', 0),
    ('curl -sf http://web/nope', '', '', 22),
    ('curl -sSf http://web/nope', '', 'curl: (22) The requested URL returned error: 404\n', 22),
    ('curl -sS http://nope', '', 'curl: (6) Could not resolve host: nope\n', 6),
    ('curl -sS http://web:81', '',
     "curl: (7) Failed to connect to web port 81 after 0 ms: Couldn't connect to server\n", 7),
    ('curl -sS --connect-timeout 2 http://mute', '',
     'curl: (28) Failed to connect to mute port 80 after 2000 ms: Timeout was reached\n', 28),
    ('curl -sS -m 3 http://mute', '', 'curl: (28) Connection timed out after 3000 milliseconds\n', 28),
    ('curl -sI http://web', 'HTTP/1.1 200 OK\r\nServer: test\r\nContent-Type: text/html\r\nContent-Length: 23\r\n\r\n',
     '', 0),
    ('curl -sL http://web/old', '<title>Welcome</title>\n', '', 0),
    ('curl -s -X POST -d a=1 -H "X-A: b" http://web/echo',
     'POST /echo HTTP/1.1\nHost: web\nUser-Agent: curl/7.88.1\nAccept: */*\nContent-Length: 3\n'
     'Content-Type: application/x-www-form-urlencoded\nX-A: b\na=1', '', 0),
    ('curl -sS https://web:80', '', 'curl: (35) error:0A00010B:SSL routines::wrong version number\n', 35),
    ('curl', '', "curl: no URL specified!\ncurl: try 'curl --help' or 'curl --manual' for more information\n", 2),
    ('curl --nope x', '',
     "curl: option --nope: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n", 2),
])
def test_curl(command, stdout, stderr, code, net):
    assert net.run(command) == (stdout, stderr, code)


def test_curl_tells_its_way(net):
    assert net.run('curl -sv http://web').stderr == (
        '*   Trying 10.0.0.1:80...\n* Connected to web (10.0.0.1) port 80 (#0)\n> GET / HTTP/1.1\n> Host: web\n'
        '> User-Agent: curl/7.88.1\n> Accept: */*\n> \n< HTTP/1.1 200 OK\n< Server: test\n< Content-Type: text/html\n'
        '< Content-Length: 23\n< \n{ [23 bytes data]\n* Connection #0 to host web left intact\n')


@pytest.mark.parametrize(('command', 'stdout', 'stderr', 'code'), [
    ('wget -qO- http://web', '<title>Welcome</title>\n', '', 0),
    ('wget -qO- -T 3 http://mute', '', 'wget: download timed out\n', 1),
    ('wget -qO- http://nope', '', "wget: bad address 'nope'\n", 1),
    ('wget -qO- http://web/missing.html', '', 'wget: server returned error: HTTP/1.1 404 Not Found\n', 1),
    ('wget -qO- http://web:81', '', "wget: can't connect to remote host (10.0.0.1): Connection refused\n", 1),
    ('wget -q http://web/old; ls', 'index.html\n', '', 0),
    ('nc -zv web 80', '', 'web (10.0.0.1:80) open\n', 0),
    ('nc -w 2 -z mute 80', '', 'nc: timed out\n', 1),
    ('ping -c 1 nope', '', "ping: bad address 'nope'\n", 1),
])
def test_busybox(command, stdout, stderr, code, box):
    found = box.run(command)
    assert found[:2] == (stdout, stderr)
    assert command.startswith('nslookup') or found.code == code


def test_ping_counts(both):
    assert '2 packets transmitted, 2 ' in both.run('ping -c 2 web').stdout
    assert both.run('ping -c 1 -W 1 mute').code == 1
