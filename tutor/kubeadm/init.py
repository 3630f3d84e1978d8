"""kubeadm init: a control plane on this machine, phase by phase (cmd/kubeadm/app/cmd/init.go)."""

from __future__ import annotations

from tutor.kubeadm import data
from tutor.kubeadm.command import Run
from tutor.kubeadm.data import InitData
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.phases import (
    addon,
    bootstrap_token,
    certificates,
    join_command,
    kubeconfigs,
    kubelet,
    manifests,
    marking,
    preflight,
    uploading,
    waiting,
)
from tutor.kubeadm.workflow import Workflow

WORKFLOW: Workflow[InitData] = Workflow('init', (
    preflight.PHASE, certificates.PHASE, kubeconfigs.PHASE, manifests.ETCD, manifests.CONTROL, kubelet.START,
    waiting.PHASE, uploading.CONFIG, uploading.CERTIFICATES, marking.PHASE, bootstrap_token.PHASE, kubelet.FINALIZE,
    addon.PHASE, join_command.PHASE))


async def run(environment: Environment, words: list[str]) -> None:
    """kubeadm init"""
    asked = data.of_init(environment)
    WORKFLOW.check(asked.skipped)
    environment.say(f'[init] Using Kubernetes version: {asked.version}')
    await WORKFLOW.run(asked, skipped=asked.skipped)


def run_phase(name: str) -> Run:
    """kubeadm init phase NAME"""
    async def run_one(environment: Environment, words: list[str]) -> None:
        await WORKFLOW.run(data.of_init(environment), only=name)
    return run_one
