"""[preflight] of init: what must be so before anything is changed, and the images."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.kubeadm import images, preflight
from tutor.kubeadm.configuration import numbers
from tutor.kubeadm.data import InitData
from tutor.kubeadm.preflight import Problem
from tutor.kubeadm.workflow import Phase


async def run(data: InitData) -> None:
    """runPreflight. Raises KubeadmError."""
    environment = data.environment
    environment.say('[preflight] Running pre-flight checks')
    preflight.report(environment, _problems(data), data.init['nodeRegistration'].get('ignorePreflightErrors') or ())
    await images.prepare(environment, data.cluster)


def _problems(data: InitData) -> Iterator[Problem]:
    ours = '.'.join(map(str, numbers(data.environment.version)))
    if numbers(data.version)[:2] > numbers(data.environment.version)[:2]:
        yield Problem('KubernetesVersion', 'Kubernetes version is greater than kubeadm version. Please consider to '
                      f'upgrade kubeadm. Kubernetes version: {data.version.lstrip("v")}. Kubeadm version: '
                      f'{ours.rpartition(".")[0]}.x')
    yield from preflight.init_problems(data.environment, data.cluster['etcd']['local']['dataDir'])


PHASE: Phase[InitData] = Phase('preflight', 'Run pre-flight checks', run)
