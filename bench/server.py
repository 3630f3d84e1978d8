"""What `tutor serve` costs: wall time, over HTTPS on loopback, the server in a process of its own."""

from __future__ import annotations

import base64
import http.client
import json
import os
import selectors
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import yaml

from bench.figure import Figure

TUTOR = Path(sys.executable).with_name('tutor')
MAPS = '/api/v1/namespaces/default/configmaps'
WATCHERS, CHANGES, REQUESTS, PODS, RUNS = 100, 1000, 2000, 100, 5
MARK = '~'
"""Stands once in each event: one byte, which no reader finds cut in two."""


class Server:
    """A served cluster, and how to reach it."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        config = yaml.safe_load(kubeconfig.read_text())
        cluster = config['clusters'][0]['cluster']
        self.port = int(cluster['server'].rpartition(':')[2])
        self.token = config['users'][0]['user']['token']
        self.tls = ssl.create_default_context(cadata=base64.b64decode(cluster['certificate-authority-data']).decode())

    def connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection('127.0.0.1', self.port, context=self.tls)

    def ask(self, connection: http.client.HTTPSConnection, method: str, path: str, body: Any = None) -> Any:
        headers = {'Authorization': f'Bearer {self.token}', 'Content-Type': 'application/json'}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        found = json.loads(answer.read())
        assert answer.status < 300, found
        return found

    def watch(self, version: str) -> ssl.SSLSocket:
        """A socket on which the events of all ConfigMaps come in."""
        found = self.tls.wrap_socket(socket.create_connection(('127.0.0.1', self.port)), server_hostname='127.0.0.1')
        found.sendall(f'GET {MAPS}?watch=true&resourceVersion={version} HTTP/1.1\r\nHost: x\r\n'
                      f'Authorization: Bearer {self.token}\r\n\r\n'.encode())
        return found


@contextmanager
def served(cluster: str) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        file, kubeconfig = Path(folder, 'cluster.yaml'), Path(folder, 'kubeconfig')
        file.write_text(cluster)
        process = subprocess.Popen(
            [TUTOR, 'serve', '--lang', 'en', '--port', '0', '--cluster', file, '--kubeconfig', kubeconfig],
            stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() and process.stdout.readline()
            yield Server(kubeconfig)
        finally:
            process.terminate()
            process.wait(10)


def watchers() -> Figure:
    """Until the last of 100 watchers has the last of 1,000 changes, which one client makes one after the other."""
    with served('nodes: []\naddons: []\n') as server:
        connection = server.connect()
        return Figure('1,000 changes and 100 watchers over HTTPS',
                      min(_watched(server, connection, run) for run in range(3)) * 1e3, 1000, 'ms')


def _watched(server: Server, connection: http.client.HTTPSConnection, run: int) -> float:
    version = server.ask(connection, 'GET', MAPS)['metadata']['resourceVersion']
    selector, seen = selectors.DefaultSelector(), {}
    for _ in range(WATCHERS):
        sock = server.watch(version)
        while b'\r\n\r\n' not in sock.recv(4096):
            pass
        sock.setblocking(False)
        seen[sock] = 0
        selector.register(sock, selectors.EVENT_READ)
    start = time.perf_counter()
    writer = os.fork()
    if not writer:
        _write(server, run)
    while min(seen.values()) < CHANGES:
        ready = selector.select(20)
        assert ready, f'changes were lost: {sorted(seen.values())}'
        for key, _ in ready:
            sock: Any = key.fileobj
            try:
                while data := sock.recv(1 << 20):
                    seen[sock] += data.count(MARK.encode())
            except ssl.SSLWantReadError:
                pass
    took = time.perf_counter() - start
    assert os.waitpid(writer, 0)[1] == 0
    assert set(seen.values()) == {CHANGES}
    for sock in seen:
        sock.close()
    return took


def _write(server: Server, run: int) -> NoReturn:
    try:
        connection = server.connect()
        for number in range(CHANGES):
            server.ask(connection, 'POST', MAPS, {'metadata': {'name': f'c{run}-{number}'}, 'data': {'mark': MARK}})
        os._exit(0)
    finally:
        os._exit(1)


def requests() -> list[Figure]:
    """Requests one after the other on one connection that is kept open."""
    with served('nodes: []\naddons: []\n') as server:
        connection = server.connect()
        server.ask(connection, 'POST', MAPS, {'metadata': {'name': 'one'}, 'data': {'a': 'b'}})
        times = []
        for _ in range(REQUESTS):
            start = time.perf_counter()
            server.ask(connection, 'GET', f'{MAPS}/one')
            times.append(time.perf_counter() - start)
        return [Figure('a GET over HTTPS, kept alive (median)', sorted(times)[REQUESTS // 2] * 1e3, 1, 'ms')]


def get_pods() -> list[Figure]:
    """kubectl get pods: the real one, as a process, on 100 pods."""
    kubectl = shutil.which('kubectl')
    if kubectl is None:
        print('skip the real kubectl: it is not on PATH')
        return []
    with served('nodes: []\naddons: []\n') as server:
        connection = server.connect()
        for number in range(PODS):
            server.ask(connection, 'POST', '/api/v1/namespaces/default/pods', {
                'metadata': {'name': f'p{number}'}, 'spec': {'containers': [{'name': 'c', 'image': 'nginx'}]}})
        environment = {**os.environ, 'KUBECONFIG': str(server.kubeconfig),
                       'KUBECACHEDIR': str(server.kubeconfig.parent / 'cache')}
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            shown = subprocess.run([kubectl, 'get', 'pods'], env=environment, capture_output=True, check=True)
            times.append(time.perf_counter() - start)
            assert len(shown.stdout.splitlines()) == PODS + 1
        alone = time.perf_counter()
        subprocess.run([kubectl, 'version', '--client'], env=environment, capture_output=True, check=True)
        alone = time.perf_counter() - alone
        return [Figure('the real kubectl get pods over HTTPS', min(times) * 1e3, 300, 'ms'),
                Figure('… beyond the time in which it starts', (min(times) - alone) * 1e3, 100, 'ms')]


MEASUREMENTS = (watchers, requests, get_pods)
