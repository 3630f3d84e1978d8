"""One served cluster for all tests of this folder, in a thread of its own."""

from __future__ import annotations

import asyncio
import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from tutor.cluster.config import ClusterConfig, NodeConfig
from tutor.server.service import Service, Settings, new_cluster

T = TypeVar('T')
JSON = 'application/json'
CONFIG = ClusterConfig(nodes=(NodeConfig('node01'),), addons=(), pulled=True)
BARE = ClusterConfig(nodes=(), addons=())


class Served:
    """A running service, as a test sees it."""

    def __init__(self, folder: Path, config: ClusterConfig = CONFIG, speed: float = 1.0) -> None:
        self.kubeconfig = folder / 'kubeconfig'
        self.cluster = new_cluster(config)
        self.service = Service(self.cluster, Settings(0, kubeconfig=self.kubeconfig, cluster=config, speed=speed))
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(30)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await self.service.start()
        self._ready.set()
        await self._stop.wait()
        await self.service.stop()

    def call(self, work: Callable[[], T]) -> T:
        """Do something in the server's thread."""
        async def run() -> T:
            return work()
        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def open_watches(self, plural: str, namespace: str) -> int:
        """How many watch a resource in a namespace."""
        store = self.cluster.api.stores.of('', plural)
        watchers = self.call(lambda: list(store.broadcaster._plain.values()))
        return sum(watcher.prefix == store.range_prefix(namespace) for watcher in watchers)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)


@pytest.fixture(scope='session')
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp('served'))
    yield server
    server.close()


class Caller:
    """Plain HTTPS requests as the kubeconfig's first user."""

    def __init__(self, kubeconfig: Any) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        self.port = int(config['clusters'][0]['cluster']['server'].rpartition(':')[2])
        self.token = config['users'][0]['user']['token']
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE

    def connection(self) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection('127.0.0.1', self.port, context=self.context, timeout=10)
        connection.connect()
        return connection

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        connection = self.connection()
        sent = {'Authorization': f'Bearer {self.token}', **{k.replace('_', '-'): v for k, v in headers.items()}}
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if answer.headers.get_content_type() == JSON else text.decode()
        finally:
            connection.close()

    def until(self, path: str, condition: Callable[[Any], bool]) -> Any:
        """What is at a path once the condition holds; asked again and again, for 20 seconds at most."""
        found: Any = None

        def holds() -> bool:
            nonlocal found
            found = self.ask('GET', path)[1]
            return condition(found)

        self.wait(holds)
        return found

    @staticmethod
    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end

    def refused(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        code, status = self.ask(method, path, body, **headers)
        if not isinstance(status, dict):
            return code, status
        assert status['kind'] == 'Status' and status['status'] == 'Failure' and status['code'] == code
        return code, status['message']


@pytest.fixture
def serve_bare(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Serves a bare API for one test alone."""
    servers: list[Served] = []

    def serve(**settings: Any) -> Served:
        servers.append(Served(tmp_path, BARE, **settings))
        return servers[-1]

    yield serve
    for server in servers:
        server.close()


@pytest.fixture(scope='session')
def caller(served) -> Caller:
    return Caller(served.kubeconfig)
