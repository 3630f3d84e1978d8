"""One served cluster for all tests of this folder, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.cluster.config import ClusterConfig, NodeConfig
from tutor.server.service import Service, Settings, new_cluster

CONFIG = ClusterConfig(nodes=(NodeConfig('node01'),), addons=(), pulled=True)


class Served:
    """A running service, as a test sees it."""

    def __init__(self, folder: Path) -> None:
        self.kubeconfig = folder / 'kubeconfig'
        self.service = Service(new_cluster(CONFIG), Settings(0, kubeconfig=self.kubeconfig, cluster=CONFIG))
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(30)

    def _serve(self) -> None:
        self._loop.run_until_complete(self.service.start())
        self._ready.set()
        self._loop.run_forever()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.service.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@pytest.fixture(scope='session')
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp('served'))
    yield server
    server.close()
