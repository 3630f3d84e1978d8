"""Whose logs are meant: pods and containers of an object (polymorphichelpers/logsforobject.go)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object, annotations
from tutor.kubectl.changes import go_type
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.pods import (
    DEFAULT_CONTAINER,
    containers,
    defaulted,
    find_container,
    first_pod,
    logging_less,
    not_a_container,
    selector_for,
)
from tutor.kubectl.printers.sorting import go_sort

_FIELDS = ('initContainers', 'containers', 'ephemeralContainers')


@dataclass(frozen=True, slots=True)
class LogSource:
    namespace: str
    pod: str
    container: str


@dataclass(slots=True)
class LogSources:
    """Chooses the containers whose logs a command shows; `warn` is told of what was chosen by default."""

    factory: Factory
    container: str
    all_containers: bool
    all_pods: bool
    timeout: float
    warn: Callable[[str], object]

    async def of(self, obj: Object, namespace: str) -> list[LogSource]:
        if obj.get('kind', 'Pod') == 'Pod':
            return self._of_pod(obj)
        try:
            selector = selector_for(obj)
        except KubectlError as error:
            raise KubectlError(f'cannot get the logs from {go_type(obj)}: {error}') from None
        client = self.factory.client
        pod, count = await first_pod(client, self.factory.ctx.simulation, namespace, selector, self.timeout,
                                     logging_less)
        if count > 1 and self.all_pods:
            pods = go_sort(client.items('pods', namespace, selector), logging_less)
            return [source for each in pods for source in self._of_pod(each)]
        if count > 1:
            self.warn(f'Found {count} pods, using pod/{pod["metadata"]["name"]}\n')
        return self._of_pod(pod)

    def _of_pod(self, pod: Object) -> list[LogSource]:
        meta = pod['metadata']
        names = [container['name'] for field in _FIELDS for container in containers(pod, field)] \
            if self.all_containers else [self._one(pod)]
        return [LogSource(meta.get('namespace', ''), meta['name'], name) for name in names]

    def _one(self, pod: Object) -> str:
        name = self.container
        preferred = annotations(pod).get(DEFAULT_CONTAINER, '')
        if not name and preferred:
            if find_container(pod, preferred) is None:
                self.warn(f'Default container name {go_quote(preferred)} not found in pod {pod["metadata"]["name"]}\n')
            else:
                name = preferred
        if not name:
            name = containers(pod, 'containers')[0]['name']
            if sum(len(containers(pod, field)) for field in _FIELDS) > 1 and not self.all_pods:
                self.warn(defaulted(pod, name))
        if find_container(pod, name) is None:
            raise not_a_container(pod, name)
        return name
