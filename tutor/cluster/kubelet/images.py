"""Having a container's image on the node: pull policies, events and back-off (pkg/kubelet/images)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.client.backoff import Backoff
from tutor.cluster.containers.image import Manifest
from tutor.cluster.containers.references import InvalidReference, Reference, parse
from tutor.cluster.containers.registry import PullError
from tutor.cluster.kubelet import complaints

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

PRESENT = 'Container image "{}" already present on machine and can be accessed by the pod'


class ImageError(Exception):
    """An image that is not there: the reason and message of the container's waiting state, and the moment the back-off
    ends, if that is why."""

    def __init__(self, reason: str, message: str, expires: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.expires = expires


class ImagePuller:
    """imageManager.EnsureImageExists for one node."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._backoff = Backoff()
        self._last: dict[str, str] = {}

    async def ensure(self, pod: Object, container: Object, path: str) -> Manifest:
        """The image of a container, pulled if need be. Raises ImageError."""
        recorder, images = self._kubelet.recorder, self._kubelet.runtime.images
        image, policy = container['image'], container.get('imagePullPolicy', 'IfNotPresent')
        try:
            reference = parse(image)
        except InvalidReference as problem:
            text = f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": {problem}'
            recorder.warning(pod, 'InspectFailed', text, path)
            recorder.warning(pod, 'Failed', 'Error: InvalidImageName', path)
            raise ImageError('InvalidImageName', text) from None
        present = images.find(reference)
        if present is not None and policy != 'Always':
            recorder.normal(pod, 'Pulled', PRESENT.format(image), path)
            return present
        if policy == 'Never':
            text = f'Container image "{image}" is not present with pull policy of Never'
            recorder.warning(pod, 'ErrImageNeverPull', text, path)
            recorder.warning(pod, 'Failed', 'Error: ErrImageNeverPull', path)
            raise ImageError('ErrImageNeverPull', text)
        return await self._pull(pod, image, reference, path)

    async def _pull(self, pod: Object, image: str, reference: Reference, path: str) -> Manifest:
        kubelet = self._kubelet
        recorder, simulation = kubelet.recorder, kubelet.simulation
        key = f'{pod["metadata"]["uid"]}_{image}'
        if self._backoff.waits_since_update(key, simulation.now):
            text = f'Back-off pulling image "{image}"'
            recorder.normal(pod, 'BackOff', text, path)
            recorder.warning(pod, 'Failed', 'Error: ImagePullBackOff', path)
            last = self._last.get(key)
            raise ImageError('ImagePullBackOff', f'{text}: {last}' if last else text,
                             self._backoff.expires(key))
        recorder.normal(pod, 'Pulling', f'Pulling image "{image}"', path)
        begun = simulation.now
        try:
            manifest, took = await kubelet.runtime.images.pull(reference)
        except PullError as problem:
            complaints.pull_failed(kubelet, image, problem.rpc)
            recorder.warning(pod, 'Failed', f'Failed to pull image "{image}": {problem.rpc}', path)
            recorder.warning(pod, 'Failed', 'Error: ErrImagePull', path)
            self._backoff.next(key, simulation.now)
            self._last[key] = f'ErrImagePull: {problem.rpc}'
            raise ImageError('ErrImagePull', problem.rpc) from None
        self._last.pop(key, None)
        waited = simulation.now - begun
        recorder.normal(pod, 'Pulled', f'Successfully pulled image "{image}" in {go_milliseconds(took)} '
                        f'({go_milliseconds(waited)} including waiting). Image size: {manifest.size} bytes.', path)
        return manifest


def go_milliseconds(seconds: float) -> str:
    """time.Duration.Truncate(time.Millisecond).String."""
    milliseconds = int(seconds * 1000)
    if milliseconds < 1000:
        return f'{milliseconds}ms'
    minutes, rest = divmod(milliseconds, 60_000)
    text = f'{rest / 1000:.3f}'.rstrip('0').rstrip('.') + 's'
    return f'{minutes}m{text}' if minutes else text
