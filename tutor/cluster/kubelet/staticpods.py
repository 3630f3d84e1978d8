"""Static pods: what lies in /etc/kubernetes/manifests runs, whether there is an API server or not, and shows there as a
mirror (pkg/kubelet/config/file.go, pkg/kubelet/pod/mirror_client.go)."""

from __future__ import annotations

from functools import lru_cache
from hashlib import md5
from typing import TYPE_CHECKING

from tutor.apimachinery import decode
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.cluster.kubelet import pods
from tutor.cluster.kubelet.pods import HASH, MIRROR, SEEN, SOURCE
from tutor.cluster.machine.kubeadm_files import SERVER
from tutor.cluster.simulation import Timer
from tutor.shell.vfs import Directory, File, Node

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.worker import PodWorker

FOLDER = '/etc/kubernetes/manifests'
CHECK_EVERY = 20.0
"""fileCheckFrequency."""
RETRY = 5.0
NOTICE = 0.5
"""How soon a change that the file system tells of is read."""
TELL_EVERY = 60.0
FROM_FILE = 'file'


class StaticPods:
    """The pods of one kubelet's manifests. Each is known by the hash of its manifest, which is its UID; its mirror in
    the API is an object of its own, that is made anew whenever it is not what it should be."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._wanted: dict[str, Object] = {}
        self._mirrors: dict[str, str] = {}
        """The mirrors' UIDs by the pods' 'namespace/name'."""
        self._complained: dict[str, float] = {}
        """When it was said last of each that it has no mirror."""
        self.folder = FOLDER
        self._settled: list[object] | None = None
        """What was seen when there was nothing to do."""
        self._readable = True
        self._watched = False
        self._running = False
        self._timer: Timer | None = None

    def start(self) -> None:
        if not self._watched:
            self._watched = True
            self._kubelet.machine.files.watch(FOLDER, self._noticed)
        self._running = True
        self.check()

    def stop(self) -> None:
        self._running = False
        if self._timer is not None:
            self._timer.cancel()

    def _noticed(self) -> None:
        if self._running:
            self._look_again(NOTICE)

    def _look_again(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._kubelet.simulation.call_later(seconds, self.check)

    def check(self) -> None:
        """Look whether all is as it was when there was nothing to do."""
        if self._settled is None or self._settled != self._seen():
            self._sync()
            well = self._readable and all(key in self._mirrors for key in self._wanted)
            self._settled = self._seen() if well else None
        self._look_again(CHECK_EVERY if all(key in self._mirrors for key in self._wanted) else RETRY)

    def _seen(self) -> list[object]:
        """All that a look depends on: the files, and each pod with its mirror. What changes unseen equals nothing."""
        kubelet, known = self._kubelet, self._kubelet.informers.of('pods')
        seen: list[object] = [kubelet.connected, self.folder]
        for name, node in self._entries():
            if isinstance(node, File) and not callable(node.content):
                seen += (name, node, node.content, node.size)
            else:
                seen += (name, object())
        for key, pod in self._wanted.items():
            seen += (known.objects.get(key), kubelet.workers.get(pods.uid(pod)) or object())
        return seen

    def _sync(self) -> None:
        """End what is no longer there, begin what is new, put mirrors right."""
        before, self._wanted = self._wanted, {pods.key(pod): pod for pod in self._manifests()}
        for key, old in before.items():
            new = self._wanted.get(key)
            if new is None or pods.uid(new) != pods.uid(old):
                self._end(old)
            if new is None:
                self._delete_mirror(key)
        for key in self._wanted:
            self._begin(key)
            self._reconcile(key)
        for key in [key for key in self._mirrors if key not in self._wanted]:
            self._delete_mirror(key)

    # -- pods ---------------------------------------------------------------------------------------------------

    def _begin(self, key: str) -> None:
        """Run a pod, once a former one of its name has ended (allowStaticPodStart)."""
        pod = self._wanted[key]
        if self.worker(key) is None:
            self._kubelet.begin(pod)

    def _end(self, pod: Object) -> None:
        worker = self._kubelet.workers.get(pods.uid(pod))
        if worker is not None:
            worker.removed()

    def ended(self, worker: PodWorker) -> None:
        """A pod is gone for good: its successor may begin."""
        if self._running and worker.key in self._wanted:
            self._begin(worker.key)

    def worker(self, key: str) -> PodWorker | None:
        """What runs under a name."""
        return next((worker for worker in self._kubelet.workers.values() if worker.static and worker.key == key), None)

    # -- mirrors ------------------------------------------------------------------------------------------------

    def mirror_uid(self, key: str) -> str:
        """The UID of a pod's mirror, '' while it has none."""
        return self._mirrors.get(key, '')

    def find(self, mirror_uid: str) -> PodWorker | None:
        """What a mirror is the mirror of."""
        key = next((key for key, uid in self._mirrors.items() if uid == mirror_uid), None)
        return self.worker(key) if key is not None else None

    def mirror_changed(self, new: Object | None, old: Object | None) -> None:
        """A mirror of this node came, changed or went in the API."""
        key = pods.key(new or old or {})
        if new is None or 'deletionTimestamp' in new['metadata']:
            if new is not None or self._mirrors.get(key) == pods.uid(old or {}):
                self._mirrors.pop(key, None)
                self._look_again(NOTICE)
        else:
            self._show(key, new)

    def _show(self, key: str, mirror: Object) -> None:
        """A mirror is there: it shows how its pod is."""
        worker = self.worker(key)
        if self._mirrors.get(key) != pods.uid(mirror):
            self._mirrors[key] = pods.uid(mirror)
            if worker is not None:
                self._kubelet.statuses.forget(worker.uid)
                worker.report()

    def _reconcile(self, key: str) -> None:
        """tryReconcileMirrorPods."""
        pod, client = self._wanted[key], self._kubelet.client
        meta = pod['metadata']
        known = self._kubelet.informers.of('pods').get(meta['namespace'], meta['name'])
        if known is not None and self._kubelet.connected and _is_mirror_of(known, pod):
            self._show(key, known)
            return
        try:
            if known is not None:
                client.delete('pods', meta['name'], meta['namespace'], {'gracePeriodSeconds': 0})
            if self._kubelet.current_node() is not None:  # a node that was removed shows no mirrors
                self._show(key, client.create('pods', self._mirror(pod), meta['namespace']))
        except (StatusError, OSError) as problem:
            # the API server is not there, or does not want it: the next look tries again
            self._mirrors.pop(key, None)
            self._complain(key, problem)

    def _complain(self, key: str, problem: StatusError | OSError) -> None:
        """The kubelet tries when it syncs the pod, once a minute. Here it tries sooner, and says so as often."""
        now = self._kubelet.simulation.now
        if now - self._complained.get(key, -TELL_EVERY) < TELL_EVERY:
            return
        self._complained[key] = now
        url = f'{self._kubelet.direction.server or SERVER}/api/v1/namespaces/{key.partition("/")[0]}/pods'
        text = str(problem) if isinstance(problem, StatusError) else f'Post "{url}": {problem}'
        self._kubelet.log.error('kubelet.go:3339', 'Failed creating a mirror pod', text, pod=key)

    def _mirror(self, pod: Object) -> Object:
        meta = {name: value for name, value in pod['metadata'].items() if name not in ('uid', 'creationTimestamp')}
        meta['annotations'] = {**meta['annotations'], MIRROR: meta['annotations'][HASH]}
        node = self._kubelet.current_node()
        if node is not None:
            meta['ownerReferences'] = [{'apiVersion': 'v1', 'kind': 'Node', 'name': self._kubelet.name,
                                        'controller': True, 'uid': node['metadata']['uid']}]
        return {**pod, 'metadata': meta}

    def _delete_mirror(self, key: str) -> None:
        namespace, _, name = key.partition('/')
        try:
            self._kubelet.client.delete('pods', name, namespace, {'gracePeriodSeconds': 0})
            self._mirrors.pop(key, None)
        except StatusError:
            self._mirrors.pop(key, None)
        except OSError:
            return

    # -- manifests ----------------------------------------------------------------------------------------------

    def _manifests(self) -> list[Object]:
        files = self._kubelet.machine.files
        found: list[Object] = []
        self._readable = True
        for name, node in self._entries():
            path = f'{self.folder}/{name}'
            if name.startswith('.') or isinstance(node, Directory):
                continue
            try:
                content = node.data() if isinstance(node, File) else files.read(path)
                found.append(self._as_pod(*_decoded(content, path, self._kubelet.name)))
            except (StatusError, ValueError, KeyError, TypeError, OSError) as problem:
                self._readable = False
                text = str(problem).removeprefix('error converting YAML to JSON: ')
                self._kubelet.log.error('file.go:187', 'Could not process manifest file',
                                        f'{path}: couldn\'t parse as pod({text}), please check config file', path=path)
        return found

    def _entries(self) -> list[tuple[str, Node | None]]:
        try:
            return self._kubelet.machine.files.scandir(self.folder) if self.folder else []
        except OSError:
            return []

    def _as_pod(self, pod: Object, digest: str) -> Object:
        """applyDefaults: the node's name is part of the pod's, and it goes nowhere else."""
        kubelet = self._kubelet
        meta = pod['metadata']
        name, namespace = f'{meta["name"]}-{kubelet.name}', meta.get('namespace') or 'default'
        known = self._wanted.get(f'{namespace}/{name}')
        if known is not None and pods.uid(known) == digest:
            return known
        now = kubelet.simulation.timestamp()
        annotations = {**(meta.get('annotations') or {}), HASH: digest, SOURCE: FROM_FILE, SEEN: now}
        spec = {**pod['spec'], 'nodeName': kubelet.name,
                'tolerations': [{'effect': 'NoExecute', 'operator': 'Exists'}]}
        return {'apiVersion': 'v1', 'kind': 'Pod', 'spec': spec, 'metadata': {
            **meta, 'name': name, 'namespace': namespace, 'uid': digest, 'annotations': annotations,
            'creationTimestamp': now}}


def is_mirror(pod: Object) -> bool:
    return MIRROR in (pod['metadata'].get('annotations') or {})


def is_static(pod: Object) -> bool:
    """Whether a pod comes from a manifest on the node."""
    annotations = pod['metadata'].get('annotations') or {}
    return annotations.get(SOURCE) == FROM_FILE and MIRROR not in annotations


def _is_mirror_of(mirror: Object, pod: Object) -> bool:
    annotations = mirror['metadata'].get('annotations') or {}
    return annotations.get(MIRROR) == pods.uid(pod) and 'deletionTimestamp' not in mirror['metadata']


@lru_cache(maxsize=256)
def _decoded(content: bytes, path: str, node: str) -> tuple[Object, str]:
    """A manifest and its hash: files are looked at for ever, and hardly ever change."""
    pod = decode.one(content)
    if not isinstance(pod, dict) or pod.get('kind') != 'Pod':
        raise ValueError(f"Object 'Kind' is missing in '{content[:200].decode('utf-8', 'replace').strip()}'"
                         if not isinstance(pod, dict) or not pod.get('kind') else f'invalid pod: {pod.get("kind")}')
    if not isinstance(pod.get('metadata'), dict) or not isinstance(pod.get('spec'), dict) or \
            not pod['metadata'].get('name') or not pod['spec'].get('containers'):
        raise ValueError('invalid pod: metadata.name and spec.containers are required')
    digest = md5(content + f'host:{node}file:{path}'.encode(), usedforsecurity=False).hexdigest()
    return pod, digest
