"""Emptying a node: which of its pods may go, and making them go (kubectl/pkg/drain)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tutor.apimachinery.duration import format_duration, parse_timestamp
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations, controller_of
from tutor.client.client import Client, chunks
from tutor.cluster.simulation import Simulation, together
from tutor.kubectl.errors import KubectlError, aggregate, error_text

MIRROR = 'kubernetes.io/config.mirror'
DAEMON_FATAL = 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)'
DAEMON_WARNING = 'ignoring DaemonSet-managed Pods'
LOCAL_FATAL = 'Pods with local storage (use --delete-emptydir-data to override)'
LOCAL_WARNING = 'deleting Pods with local storage'
UNMANAGED_FATAL = 'cannot delete Pods that declare no controller (use --force to override)'
UNMANAGED_WARNING = 'deleting Pods that declare no controller'
RETRY, POLL = 5.0, 1.0


@dataclass(slots=True)
class Verdict:
    """PodDeleteStatus: whether a pod goes, with a warning or an error."""

    delete: bool = True
    warning: str = ''
    error: str = ''


OKAY, SKIP = Verdict(), Verdict(False)


@dataclass(slots=True)
class Chosen:
    """The pods that go, and what is to be said of the others."""

    pods: list[Object] = field(default_factory=list)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    def warning(self) -> str:
        return '; '.join(f'{text}: {", ".join(pods)}' for text, pods in self.warnings.items())

    def failure(self) -> Exception | None:
        found = []
        for text, pods in self.errors.items():
            prefix = '' if text.lower().startswith('cannot delete') else 'cannot delete '
            found.append(KubectlError(f'{prefix}{text}: {", ".join(pods)}'))
        return aggregate(found)


@dataclass(slots=True)
class Drainer:
    """drain.Helper. `out` and `err` print; `gone` is told of every pod that has left, and whether it was evicted."""

    client: Client
    simulation: Simulation
    out: Callable[[str], object]
    err: Callable[[str], object]
    gone: Callable[[Object, bool], object]
    force: bool = False
    ignore_daemon_sets: bool = False
    delete_empty_dir: bool = False
    disable_eviction: bool = False
    grace_period: int = -1
    timeout: float = 0.0
    skip_wait: int = 0
    pod_selector: str = ''
    chunk_size: int = 500
    dry_run: str = ''

    # -- choosing -----------------------------------------------------------------------------------------------

    def choose(self, node: str) -> Chosen:
        """GetPodsForDeletion."""
        query = {'fieldSelector': f'spec.nodeName={node}'}
        if self.pod_selector:
            query['labelSelector'] = self.pod_selector
        chosen = Chosen()
        for page in chunks(self.client, self.client.path('pods'), self.chunk_size, **query):
            for pod in page.get('items') or ():
                self._sort_in(pod, chosen)
        return chosen

    def _sort_in(self, pod: Object, chosen: Chosen) -> None:
        """The first filter that keeps a pod decides; of several warnings the last one stays."""
        verdict = OKAY
        for judge in (self._deleted, self._daemon_set, self._mirror, self._local_storage, self._unmanaged):
            verdict = judge(pod)
            if not verdict.delete:
                break
        name = f'{pod["metadata"].get("namespace", "")}/{pod["metadata"]["name"]}'
        if verdict.warning:
            chosen.warnings.setdefault(verdict.warning, []).append(name)
        if verdict.error:
            chosen.errors.setdefault(verdict.error, []).append(name)
        if verdict.delete:
            chosen.pods.append(pod)

    def _deleted(self, pod: Object) -> Verdict:
        return SKIP if self._long_deleted(pod) else OKAY

    def _long_deleted(self, pod: Object) -> bool:
        since = pod['metadata'].get('deletionTimestamp')
        return bool(self.skip_wait > 0 and since
                    and int(self.simulation.wall().timestamp() - parse_timestamp(since)) > self.skip_wait)

    def _daemon_set(self, pod: Object) -> Verdict:
        owner = controller_of(pod)
        if owner is None or owner.get('kind') != 'DaemonSet' or _finished(pod):
            return OKAY
        try:
            self.client.get('daemonsets.apps', owner['name'], pod['metadata'].get('namespace', ''))
        except StatusError as error:
            if error.code == 404 and self.force:
                return Verdict(True, warning=str(error))
            return Verdict(False, error=str(error))
        if not self.ignore_daemon_sets:
            return Verdict(False, error=DAEMON_FATAL)
        return Verdict(False, warning=DAEMON_WARNING)

    @staticmethod
    def _mirror(pod: Object) -> Verdict:
        return SKIP if MIRROR in annotations(pod) else OKAY

    def _local_storage(self, pod: Object) -> Verdict:
        volumes = (pod.get('spec') or {}).get('volumes') or ()
        if _finished(pod) or not any('emptyDir' in volume for volume in volumes):
            return OKAY
        return Verdict(True, warning=LOCAL_WARNING) if self.delete_empty_dir else Verdict(False, error=LOCAL_FATAL)

    def _unmanaged(self, pod: Object) -> Verdict:
        if _finished(pod) or controller_of(pod) is not None:
            return OKAY
        return Verdict(True, warning=UNMANAGED_WARNING) if self.force else Verdict(False, error=UNMANAGED_FATAL)

    # -- making them go -----------------------------------------------------------------------------------------

    async def remove(self, pods: list[Object]) -> None:
        """DeleteOrEvictPods: evictions run side by side; raises what went wrong once all have ended."""
        if not pods:
            return
        deadline = self.simulation.now + self.timeout if self.timeout else None
        if self.disable_eviction:
            await self._delete_all(pods, deadline)
            return
        tasks = [self.simulation.spawn(self._evict(pod, deadline), 'evict') for pod in pods]
        found = await together(tasks)
        failure = aggregate([error for error in found if error is not None])
        if failure is not None:
            raise failure

    async def _evict(self, pod: Object, deadline: float | None) -> Exception | None:
        meta = pod['metadata']
        name, namespace = meta['name'], meta.get('namespace', '')
        about, active = f'error when evicting pods/"{name}" -n "{namespace}"', pod
        while True:
            dry = ' (server dry run)' if self.dry_run == 'server' else ''
            self.out(f'evicting pod {namespace}/{name}{dry}\n')
            if deadline is not None and self.simulation.now >= deadline:
                return KubectlError(f'{about}: global timeout reached: {format_duration(self.timeout)}')
            try:
                self._request_eviction(name, namespace)
                break
            except StatusError as error:
                if error.code == 404:
                    return None
                going = _terminating_namespace(error)
                if going and 'deletionTimestamp' in active['metadata']:
                    break
                if error.code != 429 and not going:
                    return KubectlError(f'{about}: {error}')
                from_there = f'error when evicting pod "{name}" from terminating namespace "{namespace}"'
                self.err(f'{from_there if going else about} (will retry after 5s): {error}\n')
                await self.simulation.sleep(RETRY)
                active = self.client.find('pods', name, namespace) or pod
        if self.dry_run == 'server':
            return None
        try:
            await self._wait([pod], deadline, True)
        except (KubectlError, StatusError) as error:
            return KubectlError(f'error when waiting for pod "{name}" in namespace "{namespace}" to terminate: '
                                f'{error_text(error)}')
        return None

    def _request_eviction(self, name: str, namespace: str) -> None:
        body: Object = {'apiVersion': 'policy/v1', 'kind': 'Eviction',
                        'metadata': {'name': name, 'namespace': namespace}, 'deleteOptions': self._delete_options()}
        path = self.client.path('pods', namespace, name, 'eviction')
        self.client.request('POST', path, body)

    def _delete_options(self) -> Object:
        options: Object = {}
        if self.grace_period >= 0:
            options['gracePeriodSeconds'] = self.grace_period
        if self.dry_run == 'server':
            options['dryRun'] = ['All']
        return options

    async def _delete_all(self, pods: list[Object], deadline: float | None) -> None:
        for pod in pods:
            meta = pod['metadata']
            try:
                self.client.delete('pods', meta['name'], meta.get('namespace', ''), self._delete_options() or None)
            except StatusError as error:
                if error.code != 404:
                    raise
        await self._wait(pods, deadline, False)

    async def _wait(self, pods: list[Object], deadline: float | None, evicted: bool) -> None:
        """waitForDelete: look every second until all are gone."""
        waiting = list(pods)
        while True:
            waiting = [pod for pod in waiting if not self._is_gone(pod, evicted)]
            if not waiting:
                return
            if deadline is not None and self.simulation.now >= deadline:
                raise KubectlError(f'global timeout reached: {format_duration(self.timeout)}')
            await self.simulation.sleep(POLL)

    def _is_gone(self, pod: Object, evicted: bool) -> bool:
        meta = pod['metadata']
        now = self.client.find('pods', meta['name'], meta.get('namespace', ''))
        if now is None or now['metadata'].get('uid') != meta.get('uid'):
            self.gone(pod, evicted)
            return True
        if self._long_deleted(now):
            self.out(f'pod "{meta["name"]}" has DeletionTimestamp older than {self.skip_wait} seconds, skipping\n')
            return True
        return False


def _finished(pod: Object) -> bool:
    return (pod.get('status') or {}).get('phase') in ('Succeeded', 'Failed')


def _terminating_namespace(error: StatusError) -> bool:
    causes = error.details.get('causes') or ()
    return error.code == 403 and any(cause.get('reason') == 'NamespaceTerminating' for cause in causes)
