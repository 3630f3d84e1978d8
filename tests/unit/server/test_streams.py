"""exec and port-forward by SPDY on the bare connection, as kubectl up to 1.30 and many Go programs ask for them."""

from __future__ import annotations

import json
import re
import socket
import ssl
import struct
from collections.abc import Iterator

import pytest

from tutor.server.spdy import frames
from tutor.server.spdy.frames import Control, Data, FrameReader, encode
from tutor.server.spdy.headers import HeaderWriter

POD = '/api/v1/namespaces/default/pods/streams'


class SpdyClient:
    """A connection that has been upgraded; `read` collects what streams carry until the server closes them."""

    def __init__(self, caller, path: str, protocol: str) -> None:
        self.socket = caller.context.wrap_socket(socket.create_connection(('127.0.0.1', caller.port), timeout=10))
        self.socket.sendall((f'POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {caller.token}\r\n'
                             f'Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: {protocol}\r\n'
                             'Content-Length: 0\r\n\r\n').encode())
        answer = b''
        while b'\r\n\r\n' not in answer:
            answer += self.socket.recv(1)
        self.answer = answer.decode()
        self._headers, self._frames, self._next = HeaderWriter(), FrameReader(), 1

    def open(self, **headers: str) -> int:
        number, self._next = self._next, self._next + 2
        head = struct.pack('>IIBB', number, 0, 0, 0)
        self.socket.sendall(encode(Control(frames.SYN_STREAM, head + self._headers.write(headers))))
        return number

    def send(self, stream: int, data: bytes, last: bool = False) -> None:
        self.socket.sendall(encode(Data(stream, data, last)))

    def read(self, *streams: int) -> list[bytes]:
        found, open_ = dict.fromkeys(streams, b''), set(streams)
        while open_ and (data := self.socket.recv(65536)):
            for frame in self._frames.feed(data):
                if isinstance(frame, Data) and frame.stream in found:
                    found[frame.stream] += frame.payload
                    open_ -= {frame.stream} if frame.last else set()
        return list(found.values())


@pytest.fixture(scope='session')
def pod(caller) -> Iterator[str]:
    probe = {'httpGet': {'port': 80}, 'periodSeconds': 1}
    spec = {'containers': [{'name': 'nginx', 'image': 'nginx:1.25', 'readinessProbe': probe}]}
    body = {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'streams'}, 'spec': spec}
    caller.ask('POST', POD.rpartition('/')[0], json.dumps(body).encode(), Content_Type='application/json')
    caller.until(POD, lambda found: any(condition['type'] == 'Ready' and condition['status'] == 'True'
                                        for condition in found['status'].get('conditions', ())))
    yield POD
    caller.ask('DELETE', POD)


def test_execs_over_spdy(caller, pod: str) -> None:
    client = SpdyClient(caller, f'{pod}/exec?command=sh&command=-c&command=cat;echo%20bad%20>%262;exit%203'
                                '&stdin=true&stdout=true&stderr=true', 'v5.channel.k8s.io, v4.channel.k8s.io')
    assert client.answer.startswith('HTTP/1.1 101 ')
    assert 'X-Stream-Protocol-Version: v4.channel.k8s.io' in client.answer
    error, stdin, stdout, stderr = (client.open(streamType=name) for name in ('error', 'stdin', 'stdout', 'stderr'))
    client.send(stdin, b'one ')
    client.send(stdin, b'two', last=True)
    out, err, status = client.read(stdout, stderr, error)
    assert (out, err) == (b'one two', b'bad\n')
    assert json.loads(status)['details']['causes'] == [{'reason': 'ExitCode', 'message': '3'}]


def test_forwards_several_connections_over_spdy(caller, pod: str) -> None:
    client = SpdyClient(caller, f'{pod}/portforward', 'portforward.k8s.io')
    pairs = []
    for request in ('1', '2'):
        ends = [client.open(streamType=kind, port='80', requestID=request) for kind in ('error', 'data')]
        client.send(ends[1], b'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
        pairs.append(ends)
    error, data, *others = client.read(*pairs[0], *pairs[1])
    assert error == b'' and data.startswith(b'HTTP/1.1 200 OK') and data.endswith(b'</html>\n')
    assert others[0] == b'' and others[1].endswith(b'</html>\n')


def test_a_closed_port_is_told_on_the_stream_for_errors(caller, pod: str) -> None:
    client = SpdyClient(caller, f'{pod}/portforward', 'portforward.k8s.io')
    error, data = (client.open(streamType=kind, port='81', requestID='0') for kind in ('error', 'data'))
    problem, nothing = client.read(error, data)
    assert b'error forwarding port 81 to pod' in problem and b'connection refused' in problem and nothing == b''


@pytest.mark.parametrize(('path', 'protocol', 'code'), [
    ('/portforward', 'other', 400), ('/exec?command=ls&stdout=true', 'v1.channel.k8s.io', 400),
    ('/exec?command=ls', 'v4.channel.k8s.io', 400), ('x/portforward', 'portforward.k8s.io', 404)])
def test_refuses_before_the_upgrade(caller, pod: str, path: str, protocol: str, code: int) -> None:
    assert SpdyClient(caller, pod + path, protocol).answer.startswith(f'HTTP/1.1 {code} ')


def test_nonsense_closes_the_connection_only(caller, pod: str) -> None:
    client = SpdyClient(caller, f'{pod}/portforward', 'portforward.k8s.io')
    client.socket.sendall(b'\xff' * 64)
    try:
        while client.socket.recv(1024):
            pass
    except (ConnectionError, ssl.SSLError):
        pass
    assert caller.ask('GET', pod)[0] == 200


def test_a_terminal_has_the_size_that_the_client_says(caller, pod: str) -> None:
    client = SpdyClient(caller, f'{pod}/exec?command=sh&stdin=true&stdout=true&tty=true', 'v4.channel.k8s.io')
    error, stdin, stdout, resize = (client.open(streamType=name) for name in ('error', 'stdin', 'stdout', 'resize'))
    client.send(stdin, b'stty size\r')
    client.send(resize, b'{"Width":100,"Height":30}\n')
    client.send(stdin, b'stty size; exit\r')
    shown = client.read(stdout, error)[0].decode()
    # The first is read before or after the size is known, and the shell may have asked for it before the echo is out.
    assert re.search(r'(\r\n|# )(0 0|30 100)\r\n', shown)
    assert shown.rstrip().endswith('30 100')
