"""A view of a cluster that is a handful of objects, and a bench whose shell only writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

from tutor.apimachinery.resources import RESOURCES
from tutor.client.client import Client
from tutor.client.transport import Request, Response
from tutor.cluster.simulation import Pipe, Simulation
from tutor.grader.view import HttpAnswer, HttpRequest, Ran


class Objects:
    """A transport that serves stored objects: get, and list with equality selectors."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Any]] = {}
        self.logs: dict[str, str] = {}
        self.revision = 1
        self.requests = 0
        self.simulation = Simulation()

    def add(self, manifest: str) -> None:
        for obj in yaml.safe_load_all(manifest):
            resource = next(one for one in RESOURCES if one.kind == obj['kind'])
            meta = obj['metadata']
            meta['resourceVersion'] = str(self.revision)
            namespace = meta.setdefault('namespace', 'default') if resource.namespaced else ''
            self.stored[resource.path(namespace, meta['name'])] = obj
            self.revision += 1

    def send(self, request: Request) -> Response:
        self.requests += 1
        if request.path in self.stored:
            return Response(200, self.stored[request.path])
        if request.path.rpartition('/')[2] in {resource.plural for resource in RESOURCES}:
            return Response(200, {'metadata': {'resourceVersion': str(self.revision)}, 'items': self._list(request)})
        return Response(404, {'kind': 'Status', 'code': 404, 'reason': 'NotFound', 'message': 'not found'})

    def _list(self, request: Request) -> list[dict[str, Any]]:
        wanted = dict(part.split('=') for part in request.query.get('labelSelector', '').split(',') if part)
        prefix, _, plural = request.path.rpartition('/')
        return [obj for path, obj in self.stored.items()
                if path.startswith(prefix) and path.split('/')[-2] == plural
                and wanted.items() <= obj['metadata'].get('labels', {}).items()]

    def stream(self, request: Request) -> Any:
        pipe = Pipe(self.simulation)
        pipe.write(self.logs.get(request.path.split('/')[-2], ''))
        pipe.close()
        return type('Stream', (), {'reader': pipe})()


@dataclass
class FakeView:
    objects: Objects = field(default_factory=Objects)
    now: float = 0.0
    transcript: list[Ran] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    answers: dict[str, HttpAnswer] = field(default_factory=dict)
    outputs: dict[str, Ran] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        self.client = Client(self.objects)

    def file(self, path: str) -> str | None:
        return self.files.get(path)

    async def run(self, command: str) -> Ran:
        return self.outputs[command]

    async def request(self, namespace: str, pod: str, request: HttpRequest) -> HttpAnswer:
        self.asked += 1
        return self.answers.get(request.url, HttpAnswer(0, '', 'Could not resolve host'))

    def wait(self, coroutine: Any) -> Any:
        return self.objects.simulation.run_task(coroutine)


@pytest.fixture
def view() -> FakeView:
    return FakeView()


class FakeSitting:
    """Its shell knows `make NAME…`: one ConfigMap each; anything else fails."""

    def __init__(self) -> None:
        self.view = FakeView()
        self.closed = False

    def run(self, block: str) -> Ran:
        program, *names = block.split()
        for name in names if program == 'make' else ():
            self.view.objects.add(f'{{kind: ConfigMap, metadata: {{name: {name}}}}}')
        code = 0 if program == 'make' else 127
        ran = Ran(block, '', f'bash: {program}: command not found\n' if code else '', code)
        self.view.transcript.append(ran)
        return ran

    def write(self, path: str, text: str) -> None:
        self.view.files[path] = text

    def wait(self, answer: Any) -> Any:
        return self.view.wait(answer)

    def advance(self, seconds: float) -> None:
        self.view.now += seconds

    def close(self) -> None:
        self.closed = True


class FakeBench:
    def __init__(self) -> None:
        self.sittings: list[FakeSitting] = []

    def open(self, exercise: Any) -> FakeSitting:
        self.sittings.append(FakeSitting())
        return self.sittings[-1]

    open_lesson = open


@pytest.fixture
def bench() -> FakeBench:
    return FakeBench()
