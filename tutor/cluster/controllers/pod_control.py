"""Creating and deleting pods for an owner, with the events that tell of it (controller.RealPodControl)."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, owner_reference
from tutor.client.client import Client
from tutor.client.events import EventRecorder
from tutor.cluster.controllers.controller import namespace_terminating

BURST = 500
"""The most pods that one reconcile creates or deletes."""


def pod_from_template(template: Object, parent: Object) -> Object:
    """controller.GetPodFromTemplate: a pod without a name yet."""
    given = template.get('metadata') or {}
    meta: Object = {'generateName': f'{parent["metadata"]["name"]}-'}
    for field in ('labels', 'annotations'):
        if given.get(field):
            meta[field] = dict(given[field])
    meta['ownerReferences'] = [owner_reference(parent)]
    if given.get('finalizers'):
        meta['finalizers'] = list(given['finalizers'])
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': meta, 'spec': template['spec']}


class PodControl:
    """Writes pods on behalf of owners of one kind."""

    def __init__(self, client: Client, recorder: EventRecorder) -> None:
        self._client = client
        self._recorder = recorder

    def create(self, pod: Object, owner: Object) -> Object:
        """Create a pod; raises StatusError after having recorded the failure."""
        try:
            made = self._client.create('pods', pod, owner['metadata']['namespace'])
        except StatusError as error:
            if not namespace_terminating(error):
                self._recorder.event(owner, 'Warning', 'FailedCreate', f'Error creating: {error.message}')
            raise
        self._recorder.event(owner, 'Normal', 'SuccessfulCreate', f'Created pod: {made["metadata"]["name"]}')
        return made

    def delete(self, pod: Object, owner: Object) -> None:
        """Delete a pod; raises StatusError, NotFound too."""
        meta = pod['metadata']
        try:
            self._client.delete('pods', meta['name'], meta['namespace'])
        except StatusError as error:
            if error.code != 404:
                self._recorder.event(owner, 'Warning', 'FailedDelete', f'Error deleting: {error.message}')
            raise
        self._recorder.event(owner, 'Normal', 'SuccessfulDelete', f'Deleted pod: {meta["name"]}')


def slow_start(count: int, create: Callable[[], None]) -> tuple[int, StatusError | None]:
    """controller.slowStartBatch: 1, 2, 4 … at a time, until all are made or a batch had a failure.

    How many were made, and the first error.
    """
    made, size = 0, min(count, 1)
    while size:
        error: StatusError | None = None
        for _ in range(size):
            try:
                create()
                made += 1
            except StatusError as problem:
                error = error or problem
        if error is not None:
            return made, error
        count -= size
        size = min(2 * size, count)
    return made, None
