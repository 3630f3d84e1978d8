"""Emptying a released volume by a pod, so that another claim can have it (pkg/volume/util/recyclerclient)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import value
from tutor.client.client import Client
from tutor.client.transport import WatchStream

NAMESPACE = 'default'
IMAGE = 'registry.k8s.io/build-image/debian-base:bookworm-v1.0.6'
SCRIPT = 'test -e /scrub && find /scrub -mindepth 1 -delete && test -z "$(ls -A /scrub)" || exit 1'
LEAST_SECONDS = {'hostPath': 60, 'nfs': 300}
"""PersistentVolumeRecyclerConfiguration: of the two kinds of volumes that can be recycled."""
SECONDS_PER_GI = 30
Tell = Callable[[str, str], None]
"""Gets type and message of each event about the pod."""


class RecycleFailed(Exception):
    """The volume may not be empty; the text says why."""


def can_recycle(volume: Object) -> bool:
    """FindRecyclablePluginBySpec."""
    return any(kind in volume['spec'] for kind in LEAST_SECONDS)


async def recycle(client: Client, volume: Object, tell: Tell) -> None:
    """internalRecycleVolumeByWatchingPodUntilCompletion: run a pod that empties the volume, and take it away again.
    Raises RecycleFailed."""
    pod = recycler_pod(volume)
    name = pod['metadata']['name']
    try:
        changes = client.watch('pods', NAMESPACE, fields=f'metadata.name={name}')
        events = client.watch('events', NAMESPACE, fields=f'involvedObject.name={name}')
    except StatusError as error:
        raise RecycleFailed(str(error)) from None
    events.subscribe(lambda batch: _pass_on(batch, tell))
    try:
        _create(client, pod)
        problem = await _outcome(changes, name)
    finally:
        changes.close()
        events.close()
    unremoved = _delete(client, name)
    if problem:
        raise RecycleFailed(f'failed to recycle volume: {problem}')
    if unremoved:
        raise RecycleFailed(f'failed to delete recycler pod: {unremoved}')


def recycler_pod(volume: Object) -> Object:
    """NewPersistentVolumeRecyclerPodTemplate, as the plugins for host paths and NFS fill it in."""
    spec = volume['spec']
    kind = next(kind for kind in LEAST_SECONDS if kind in spec)
    source = {field: spec[kind][field] for field in ('server', 'path') if field in spec[kind]}
    return {'apiVersion': 'v1', 'kind': 'Pod',
            'metadata': {'name': f'recycler-for-{volume["metadata"]["name"]}', 'namespace': NAMESPACE},
            'spec': {'activeDeadlineSeconds': _deadline(volume, LEAST_SECONDS[kind]), 'restartPolicy': 'Never',
                     'volumes': [{'name': 'vol', kind: source}],
                     'containers': [{'name': 'pv-recycler', 'image': IMAGE, 'command': ['/bin/sh'],
                                     'args': ['-c', SCRIPT],
                                     'volumeMounts': [{'name': 'vol', 'mountPath': '/scrub'}]}]}}


def _deadline(volume: Object, least: int) -> int:
    """CalculateTimeoutForVolume."""
    size = value((volume['spec'].get('capacity') or {}).get('storage', '0'))
    return max(size // 2 ** 30 * SECONDS_PER_GI, least)


def _pass_on(batch: list[dict[str, Any]] | None, tell: Tell) -> None:
    for change in batch or ():
        if change['type'] == 'ADDED':
            tell(change['object'].get('type', ''), change['object'].get('message', ''))


def _create(client: Client, pod: Object) -> None:
    name = pod['metadata']['name']
    try:
        client.create('pods', pod)
    except StatusError as error:
        if error.reason != 'AlreadyExists':
            raise RecycleFailed(f'unexpected error creating recycler pod:  {error}') from None
        problem = _delete(client, name)
        raise RecycleFailed(f'failed to delete old recycler pod {NAMESPACE}/{name}: {problem}' if problem else
                            'old recycler pod found, will retry later') from None


async def _outcome(changes: WatchStream, name: str) -> str:
    """waitForPod: why the pod did not do its work, or nothing."""
    while True:
        change = await changes.next()
        if change is None:
            return f'recycler pod "{name}" watch channel had been closed'
        if change['type'] == 'DELETED':
            return 'recycler pod was deleted'
        if change['type'] == 'ERROR':
            return 'recycler pod watcher failed'
        status = change['object'].get('status') or {}
        if status.get('phase') == 'Succeeded':
            return ''
        if status.get('phase') == 'Failed':
            return status.get('message') or 'pod failed, pod.Status.Message unknown'


def _delete(client: Client, name: str) -> str:
    """Why the pod could not be deleted, or nothing."""
    try:
        client.delete('pods', name, NAMESPACE)
    except StatusError as error:
        return str(error)
    return ''
