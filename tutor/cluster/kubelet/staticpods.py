"""Static pods: what lies in /etc/kubernetes/manifests runs, whatever the API server says, and shows there as a mirror
(pkg/kubelet/config/file.go, pkg/kubelet/pod/mirror_client.go)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tutor.apimachinery import decode
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.hashing import compute_hash
from tutor.apimachinery.objects import Object
from tutor.cluster.simulation import Timer

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

FOLDER = '/etc/kubernetes/manifests'
CHECK_EVERY = 20.0
"""fileCheckFrequency."""
MIRROR, HASH, SOURCE, SEEN = (f'kubernetes.io/config.{name}' for name in ('mirror', 'hash', 'source', 'seen'))


class StaticPods:
    """Keeps a mirror pod for each manifest of the node; the kubelet runs it like any pod bound to its node."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._hashes: dict[str, str] = {}
        self.folder = FOLDER
        self._stopped = False
        self._timer: Timer | None = None

    def start(self) -> None:
        self._stopped = False
        self.check()

    def stop(self) -> None:
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()

    def check(self) -> None:
        """Look at the folder, create and remove mirrors, and look again after a while."""
        if self._stopped:
            return
        wanted = {pod['metadata']['name']: pod for pod in self._manifests()}
        for name, pod in wanted.items():
            self._mirror(name, pod)
        for name in [name for name in self._hashes if name not in wanted]:
            self._remove(name)
        self._timer = self._kubelet.simulation.call_later(CHECK_EVERY, self.check)

    def _manifests(self) -> list[Object]:
        files = self._kubelet.machine.files
        found: list[Object] = []
        for name in files.listdir(self.folder) if self.folder and files.is_dir(self.folder) else ():
            if not name.startswith('.'):
                try:
                    found.append(self._as_pod(*_decoded(bytes(files.read(f'{self.folder}/{name}')))))
                except (StatusError, ValueError, KeyError, TypeError, OSError) as problem:
                    path = f'{self.folder}/{name}'
                    text = str(problem).removeprefix('error converting YAML to JSON: ')
                    self._kubelet.log.error('file.go:187', 'Could not process manifest file',
                                            f'{path}: couldn\'t parse as pod({text}), please check config file',
                                            path=path)
        return found

    def _as_pod(self, pod: Object, digest: str) -> Object:
        """applyDefaults: the node's name is part of the pod's, and it goes nowhere else."""
        kubelet = self._kubelet
        meta = pod['metadata']
        annotations = {**(meta.get('annotations') or {}), HASH: digest, MIRROR: digest, SOURCE: 'file',
                       SEEN: kubelet.simulation.timestamp()}
        name = f'{meta["name"]}-{kubelet.name}'
        spec = {**pod['spec'], 'nodeName': kubelet.name,
                'tolerations': [{'effect': 'NoExecute', 'operator': 'Exists'}]}
        metadata = {**meta, 'name': name, 'namespace': meta.get('namespace') or 'default', 'annotations': annotations}
        if kubelet.node is not None:
            metadata['ownerReferences'] = [{'apiVersion': 'v1', 'kind': 'Node', 'name': kubelet.name,
                                            'controller': True, 'uid': kubelet.node['metadata']['uid']}]
        return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': metadata, 'spec': spec}

    def _mirror(self, name: str, pod: Object) -> None:
        client, meta = self._kubelet.client, pod['metadata']
        try:
            current = client.find('pods', name, meta['namespace'])
            if current is not None:
                known = (current['metadata'].get('annotations') or {}).get(HASH)
                if known == meta['annotations'][HASH] and 'deletionTimestamp' not in current['metadata']:
                    return
                client.delete('pods', name, meta['namespace'], {'gracePeriodSeconds': 0})
            client.create('pods', pod, meta['namespace'])
            self._hashes[name] = meta['namespace']
        except (StatusError, OSError):
            return  # the API server is not there, or does not want it: the next look tries again

    def _remove(self, name: str) -> None:
        try:
            self._kubelet.client.delete('pods', name, self._hashes.pop(name), {'gracePeriodSeconds': 0})
        except (StatusError, OSError):
            return


@lru_cache(maxsize=256)
def _decoded(content: bytes) -> tuple[Object, str]:
    """A manifest and its hash: files are looked at for ever, and hardly ever change."""
    pod = decode.one(content)
    return pod, compute_hash(pod)
