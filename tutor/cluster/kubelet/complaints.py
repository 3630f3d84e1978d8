"""What a kubelet writes into its journal of pods that it cannot run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tutor.cluster.kubelet import pods

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.status import StartProblem
    from tutor.cluster.kubelet.worker import PodWorker


def failed_to(action: str, target: str, reason: str, message: str) -> str:
    """PodSyncResult.Error: one of the things that a sync could not do."""
    return f'failed to {_quoted(action)} for {_quoted(target)} with {reason}: {_quoted(message)}'


def sync_failed(worker: PodWorker, *problems: str) -> None:
    """podWorkerLoop: a sync ended with errors, and there will be another (utilerrors.Aggregate)."""
    told = list(dict.fromkeys(problems))
    worker.kubelet.log.error('pod_workers.go:1324', 'Error syncing pod, skipping',
                             told[0] if len(told) == 1 else f'[{", ".join(told)}]', pod=worker.key, podUID=worker.uid)


def not_started(worker: PodWorker, problems: Mapping[str, StartProblem]) -> None:
    """Containers that could not be started, if there are any."""
    if problems:
        sync_failed(worker, *(failed_to('StartContainer', name, problem.reason, problem.message)
                              for name, problem in problems.items()))


def sandbox_failed(worker: PodWorker, problem: str) -> None:
    """createPodSandbox: what the runtime said of a pod's surroundings."""
    pod = pods.describe(worker.pod)
    sync_failed(worker, failed_to('CreatePodSandbox', pod, 'CreatePodSandboxError',
                                  f'Failed to create sandbox for pod {_quoted(pod)}: {problem}'))


def pull_failed(kubelet: Kubelet, image: str, problem: str) -> None:
    """The CRI's client, and kubeGenericRuntimeManager.PullImage."""
    kubelet.log.error('log.go:32', 'PullImage from image service failed', problem, image=image)
    kubelet.log.error('kuberuntime_image.go:43', 'Failed to pull image', problem, image=image)


def _quoted(text: str) -> str:
    """Go's %q."""
    return json.dumps(text, ensure_ascii=False)
