"""The real kubectl and ours, one beside the other on one served cluster: the same bytes, whatever is typed.

The real one speaks HTTPS; ours runs in the simulation, in the thread that serves. What differs between their versions
is in `versions.py`.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

from cases import cases
from files import FILES
from versions import by_time, folded, normal

from tutor.cluster.cluster import SERVER, Cluster
from tutor.cluster.config import ClusterConfig, NodeConfig
from tutor.kubectl.main import main
from tutor.server.service import Service, Settings, new_cluster
from tutor.shell.process import IO, Context, Host
from tutor.shell.programs.catalog import programs
from tutor.shell.streams import BytesReader, Capture
from tutor.shell.vfs import FileSystem

KUBECTL = shutil.which('kubectl')
pytestmark = pytest.mark.skipif(KUBECTL is None, reason='the client `kubectl` is not on PATH')
CONFIG = ClusterConfig(nodes=(NodeConfig('node01'), NodeConfig('node02')), addons=(), pulled=True)
Answer = tuple[int, str, str]


class Bench:
    """A served cluster with objects of all kinds, and a working folder that both kubectls see."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder / 'work', folder / 'home'
        for name, content in FILES.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.kubeconfig = self.home / '.kube' / 'config'
        self.cluster: Cluster = new_cluster(CONFIG)
        self.service = Service(self.cluster, Settings(0, kubeconfig=self.kubeconfig, cluster=CONFIG))
        self._loop, ready = asyncio.new_event_loop(), threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(60)
        self.files = self._virtual_files()

    def _serve(self, ready: threading.Event) -> None:
        self._loop.run_until_complete(self.service.start())
        ready.set()
        self._loop.run_forever()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        if left:
            self._loop.run_until_complete(asyncio.wait(left))
        self._loop.close()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.service.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _virtual_files(self) -> FileSystem:
        simulation = self.cluster.simulation
        files = FileSystem(lambda: simulation.now)
        for name, content in FILES.items():
            files.put(str(self.folder / name), content)
        files.put(str(self.kubeconfig), self.kubeconfig.read_text())
        files.make_dirs('/tmp')
        for name in ('diff', 'true'):
            files.put(f'/bin/{name}', b'', 0o755, name)
        return files

    # -- the two ------------------------------------------------------------------------------------------------

    def real(self, line: str) -> Answer:
        environment = {'HOME': str(self.home), 'PATH': f'{Path(KUBECTL or "").parent}{os.pathsep}/bin', 'TERM': 'xterm',
                       'NO_PROXY': '127.0.0.1', 'KUBE_EDITOR': 'true'}
        ran = subprocess.run([KUBECTL or '', *shlex.split(line)], stdin=subprocess.DEVNULL, capture_output=True,
                             cwd=self.folder, env=environment, timeout=60, check=False)
        return ran.returncode, ran.stdout.decode('utf-8', 'replace'), ran.stderr.decode('utf-8', 'replace')

    def ours(self, line: str) -> Answer:
        simulation, done = self.cluster.simulation, threading.Event()
        output, errors = Capture(), Capture()
        tasks = []

        def start() -> None:
            host = Host(simulation, 'here', self.files, None, dict(programs()))
            environment = {'HOME': str(self.home), 'PATH': '/bin', 'TERM': 'xterm', 'KUBE_EDITOR': 'true'}
            context = Context(host, env=environment, cwd=str(self.folder), extras={'connect': self._connect})
            io = IO(BytesReader(), output, errors)
            tasks.append(simulation.spawn(main(['kubectl', *shlex.split(line)], io, context), line))
            tasks[0].on_done(lambda *_: done.set())
            self.service.ran()

        self._loop.call_soon_threadsafe(start)
        assert done.wait(60), line
        return tasks[0].result(), output.text(), errors.text()

    def _connect(self, config):
        return self.cluster.connect(replace(config, server=SERVER) if config.server == self.service.url else config)

    def difference(self, line: str) -> str:
        """What the two say differently, '' for nothing: a cluster that changed between them is asked again."""
        for _ in range(3):
            found = self._difference(line)
            if not found:
                break
        return found

    def _difference(self, line: str) -> str:
        real, ours = self.real(line), self.ours(line)
        found = '' if real[0] == ours[0] else f'exit code {real[0]}, ours {ours[0]}\n'
        for theirs, mine in zip(real[1:], ours[1:], strict=True):
            theirs, mine = normal(theirs), normal(mine)
            theirs = folded(theirs, mine) if theirs != mine else theirs
            if by_time(line) and sorted(theirs.split('\n')) == sorted(mine.split('\n')):
                continue
            found += '\n'.join(unified_diff(theirs.split('\n'), mine.split('\n'), 'real', 'ours', lineterm='', n=1))
        return f'$ kubectl {line}\n{found}' if found else ''


def _write_statuses(bench: Bench, path: Path) -> None:
    for obj in yaml.safe_load_all(path.read_text(encoding='utf-8')):
        if 'status' in obj:
            patch = shlex.quote(json.dumps({'status': obj['status']}))
            line = f'patch {obj["kind"]} {obj["metadata"]["name"]} --subresource=status --type=merge -p {patch}'
            assert bench.real(line)[0] == 0, line


@pytest.fixture(scope='module')
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    found = Bench(tmp_path_factory.mktemp('matrix'))
    objects = [Path(__file__).parent / name for name in ('objects.yaml', 'described.yaml')]
    for _ in range(2):  # the second time there is a definition for the custom resources
        answers = [found.real(f'apply -f {path}') for path in objects]
    assert [code for code, _, _ in answers] == [0, 0], answers
    for path in objects:
        _write_statuses(found, path)
    assert found.real('wait --for=condition=Ready pod/sidecar --timeout=60s')[0] == 0
    assert found.real('wait --for=condition=Complete job/sums --timeout=60s')[0] == 0
    for workload in ('deploy/web', 'sts/db'):
        assert found.real(f'rollout status {workload} --timeout=60s')[0] == 0
    yield found
    found.close()


@pytest.mark.parametrize(('early', 'late'), [
    ("""\
  Type     Reason              Age   From                         Message
  ----     ------              ----  ----                         -------
  Warning  ProvisioningFailed  9s    persistentvolume-controller  storageclass "nothere" not found
""", """\
  Type     Reason              Age                From                         Message
  ----     ------              ----               ----                         -------
  Warning  ProvisioningFailed  10s (x2 over 24s)  persistentvolume-controller  storageclass "nothere" not found
"""),
    ("""\
LAST SEEN   TYPE     REASON      OBJECT      MESSAGE
9s          Normal   Scheduled   Pod/web     Successfully assigned
""", """\
LAST SEEN              TYPE     REASON      OBJECT      MESSAGE
10s (x2 over 24s)      Normal   Scheduled   Pod/web     Successfully assigned
"""),
    ("""\
NAME   READY   STATUS    RESTARTS     AGE
web    1/1     Running   1 (9s ago)   10s
""", """\
NAME   READY   STATUS    RESTARTS      AGE
web    1/1     Running   1 (10s ago)   11s
"""),
])
def test_how_much_time_has_passed_between_them_is_no_difference(early: str, late: str) -> None:
    assert normal(early) == normal(late)


def test_both_say_the_same(bench: Bench) -> None:
    lines = cases()
    assert len(lines) >= 500
    with ThreadPoolExecutor(2) as pool:
        differences = [text for text in pool.map(bench.difference, lines) if text]
    assert not differences, '\n\n'.join([f'{len(differences)} of {len(lines)} differ', *differences])
