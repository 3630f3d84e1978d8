"""The real `kubectl kustomize` and ours, on the same folders: the same bytes.

The folders are written out (`cases.yaml`), or generated: each of `fragments.yaml` on top of `objects.yaml`, alone and
two at a time.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from difflib import unified_diff
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from tutor.cluster.simulation import Pipe, Simulation
from tutor.kubectl.main import main
from tutor.shell.process import IO, Context, Host
from tutor.shell.programs.catalog import programs
from tutor.shell.vfs import FileSystem

KUBECTL = shutil.which('kubectl')
pytestmark = pytest.mark.skipif(KUBECTL is None, reason='the client `kubectl` is not on PATH')
HERE = Path(__file__).parent
STEP = 17
"""Of the pairs of fragments, every one in so many is built."""
Answer = tuple[int, str, str]


@dataclass
class Case:
    files: dict[str, str | bytes]
    build: str = 'over'
    args: str = ''
    base: dict[str, str] = field(default_factory=dict)

    def real(self, folder: Path) -> Answer:
        for name, content in {**self.base, **self.files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        ran = subprocess.run([KUBECTL or '', 'kustomize', self.build, *self.args.split()], stdin=subprocess.DEVNULL,
                             capture_output=True, cwd=folder, env={'HOME': '/nonexistent', 'PATH': '/bin'},
                             timeout=60, check=False)
        return ran.returncode, ran.stdout.decode(), plain(ran.stderr.decode())

    def ours(self, folder: Path) -> Answer:
        simulation = Simulation()
        files = FileSystem(lambda: 0)
        for name, content in {**self.base, **self.files}.items():
            files.put(str(folder / name), content)
        context = Context(Host(simulation, 'here', files, None, dict(programs())), env={'HOME': '/root'},
                          cwd=str(folder))
        pipes = [Pipe(simulation) for _ in range(3)]
        words = ['kubectl', 'kustomize', self.build, *self.args.split()]
        code = simulation.run_task(main(words, IO(*pipes), context))
        out, err = (bytes(pipe._buffer).decode() for pipe in pipes[1:])
        return code, out, err


def plain(text: str) -> str:
    """The last error as kubectl itself writes it: a kubectl that chooses among several (Google's) logs it."""
    found = re.search(r'^E\d{4} .* "command failed" err=(".*"|<\n(?:\t.*\n)+ >)\n\Z', text, re.MULTILINE)
    if not found:
        return text
    error = found[1]
    error = json.loads(error) if error.startswith('"') else re.sub(r'^\t', '', error[2:-3], flags=re.MULTILINE)
    return f'{text[:found.start()]}error: {error}\n'


def _read(name: str):
    return yaml.safe_load((HERE / name).read_text(encoding='utf-8'))


def written() -> list[Case]:
    found = _read('cases.yaml')
    return [Case(case['files'], case.get('build', 'over'), case.get('args', ''),
                 found['bases'].get(case.get('base'), {}))
            for case in found['cases']]


def generated() -> list[Case]:
    """Every fragment alone, and some of the pairs that do not have the same field twice."""
    fragments = [text.strip() for text in _read('fragments.yaml')]
    files = {**_read('files.yaml'), 'over/long.txt': 'x' * 200, 'over/bytes.bin': b'\x00\x01\xff',
             'base/kustomization.yaml': 'resources: [objects.yaml]\n',
             'base/objects.yaml': (HERE / 'objects.yaml').read_text(encoding='utf-8')}
    several = [*((text,) for text in fragments), *list(combinations(fragments, 2))[::STEP]]
    texts = ['\n'.join(('resources: [../base]', *parts, '')) for parts in several
             if len({key for part in parts for key in yaml.safe_load(part)}) == sum(
                 len(yaml.safe_load(part)) for part in parts)]
    return [Case({**files, 'over/kustomization.yaml': text}) for text in texts]


def difference(case: Case, folder: Path) -> str:
    """What the two say differently, '' for nothing."""
    real, ours = case.real(folder), case.ours(folder)
    if real == ours:
        return ''
    lines = [f'exit code {real[0]}, ours {ours[0]}'] if real[0] != ours[0] else []
    for theirs, mine in zip(real[1:], ours[1:], strict=True):
        lines += unified_diff(theirs.split('\n'), mine.split('\n'), 'real', 'ours', lineterm='', n=1)
    return '\n'.join([str(case.files.get(f'{case.build}/kustomization.yaml', case.build)), *lines])


@pytest.mark.parametrize('cases', [written, generated])
def test_both_build_the_same(cases, tmp_path: Path) -> None:
    found = cases()
    with ThreadPoolExecutor(2) as pool:
        differences = [text for text in pool.map(difference, found, (tmp_path / str(index) for index in range(
            len(found)))) if text]
    assert not differences, '\n\n'.join([f'{len(differences)} of {len(found)} differ', *differences])
