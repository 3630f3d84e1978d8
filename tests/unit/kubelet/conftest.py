"""A small cluster whose pods the tests make and watch through its API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, is_true
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig


class Lab:
    """One cluster; pods are given as their spec."""

    def __init__(self, **config: Any) -> None:
        self.cluster = Cluster(ClusterConfig(addons=(), **{'host': ('dns', 'proxy'), 'pulled': True, **config}))
        self.cluster.boot()
        self.admin = self.cluster.admin
        self.simulation = self.cluster.simulation

    def pod(
        self,
        name: str = 'web',
        image: str = 'busybox',
        command: list[str] | None = None,
        container: Object | None = None,
        **spec: Any,
    ) -> Object:
        """Create a pod with one container."""
        main: Object = {'name': 'main', 'image': image, **(container or {})}
        if command:
            main['command'] = command
        return self.admin.create(
            'pods',
            {
                'apiVersion': 'v1',
                'kind': 'Pod',
                'metadata': {'name': name, 'namespace': 'default', 'labels': {'app': name}},
                'spec': {'terminationGracePeriodSeconds': 5, 'containers': [main], **spec},
            },
        )

    def get(self, name: str = 'web') -> Object:
        return self.admin.get('pods', name, 'default')

    def state(self, name: str = 'web', field: str = 'containerStatuses') -> Object:
        return (self.get(name)['status'].get(field) or [{'state': {}}])[0]['state']

    def status(self, name: str = 'web') -> Object:
        return (self.get(name)['status'].get('containerStatuses') or [{}])[0]

    def until(self, holds: Callable[[], Any], seconds: float = 60) -> None:
        assert self.simulation.run_until(lambda: bool(holds()), self.simulation.now + seconds)

    def ready(self, name: str = 'web') -> None:
        self.until(lambda: is_true(self.get(name), 'Ready'))

    def phase(self, name: str, phase: str) -> None:
        self.until(lambda: self.get(name)['status']['phase'] == phase)

    def gone(self, name: str = 'web') -> bool:
        try:
            self.get(name)
        except StatusError:
            return True
        return False

    def events(self, name: str = 'web') -> list[tuple[str, str]]:
        """Reason and message of the events about a pod, those of the scheduler left out."""
        found = [event for event in self.admin.items('events', 'default') if event['involvedObject']['name'] == name]
        found.sort(key=lambda event: event['metadata']['name'])
        return [(event['reason'], event['message']) for event in found if event['reason'] != 'Scheduled']

    def logs(self, name: str = 'web', **options: Any) -> str:
        stream = self.admin.stream(self.admin.path('pods', 'default', name, 'log'), **options)
        return self.simulation.run_task(stream.reader.read()).decode()

    def exec(self, name: str, *command: str) -> tuple[int, str]:
        """Exit status and all output of a command in a pod."""
        path = self.admin.path('pods', 'default', name, 'exec')
        session = self.admin.connect(path, command=list(command), stdout='true', stderr='true')

        async def run() -> tuple[int, str]:
            out = await session.stdout.read() + (await session.stderr.read() if session.stderr else b'')
            status = await session.status
            causes = (status.get('details') or {}).get('causes') or [{'message': '0'}]
            return int(causes[0]['message']), out.decode()

        return self.simulation.run_task(run())


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture
def make_lab() -> type[Lab]:
    return Lab
