"""What has to be done to a pod's containers now (kuberuntime_manager.go: computePodActions)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import EXITED, RUNNING, Container
from tutor.cluster.kubelet import pods
from tutor.cluster.kubelet.resizing import changed_policies


class Results(Protocol):
    """What probes say of containers."""

    def failed(self, container: Container) -> tuple[str, float | None] | None:
        """Which probe asks for a restart ('liveness', 'startup'), and the grace period it gives."""
        ...

    def started(self, container: Container, spec: Object) -> bool: ...


@dataclass(slots=True)
class Plan:
    """Containers to kill, with the event's message; containers to start: the spec, and whether it is an init one."""

    kill: list[tuple[Container, str]] = field(default_factory=list)
    start: list[tuple[Object, bool]] = field(default_factory=list)
    grace: dict[str, float | None] = field(default_factory=dict)
    resize: list[tuple[Container, Object]] = field(default_factory=list)
    """Containers that are given other resources while they run."""


def compute(pod: Object, histories: Mapping[str, list[Container]], results: Results) -> Plan:
    """computePodActions for a pod whose sandbox is there."""
    plan = Plan()
    for spec in pods.ephemeral_containers(pod):
        if spec['name'] not in histories:
            plan.start.append((spec, False))
    if not _initialize(pod, histories, results, plan):
        return plan
    for spec in pods.containers(pod):
        _regular(pod, spec, histories, results, plan)
    return plan


def _initialize(pod: Object, histories: Mapping[str, list[Container]], results: Results, plan: Plan) -> bool:
    """computeInitContainerActions; whether the regular containers may run."""
    initialized = any(spec['name'] in histories for spec in pods.containers(pod))
    for spec in pods.init_containers(pod):
        newest = _newest(histories, spec['name'])
        if pods.restartable_init(spec):
            if newest is None or newest.state == EXITED:
                plan.start.append((spec, True))
                if not initialized:
                    return False
                continue
            if _restarts(pod, newest, spec, results, plan, True):
                plan.start.append((spec, True))
            elif not initialized and not results.started(newest, spec):
                return False
            continue
        if initialized:
            continue
        if newest is None:
            plan.start.append((spec, True))
            return False
        if newest.state == RUNNING:
            return False
        if newest.exit_code != 0:
            if pods.restarts(pod, spec, newest.exit_code):
                plan.start.append((spec, True))
            return False
    return True


def _regular(pod: Object, spec: Object, histories: Mapping[str, list[Container]], results: Results, plan: Plan) -> None:
    newest = _newest(histories, spec['name'])
    if newest is None:
        plan.start.append((spec, False))
    elif newest.state == EXITED:
        if pods.restarts(pod, spec, newest.exit_code):
            plan.start.append((spec, False))
    elif _restarts(pod, newest, spec, results, plan, pods.container_policy(pod, spec) != pods.NEVER):
        plan.start.append((spec, False))


def _restarts(pod: Object, container: Container, spec: Object, results: Results, plan: Plan, again: bool) -> bool:
    """Whether a running container is killed and started anew; `again`: its policy lets it start after a probe has
    failed. A changed image starts it whatever the policy says."""
    init = pods.restartable_init(spec)
    said = f'Init container {spec["name"]} ' if init else f'Container {spec["name"]} '
    changed = container.config.requested != spec['image']
    intent = ', will be restarted' if (changed or again) and not init else ''
    if changed:
        plan.kill.append((container, f'{said}definition changed{intent}'))
        return True
    failed = results.failed(container)
    if failed is None:
        return _resizes(pod, container, spec, plan)
    plan.kill.append((container, f'{said}failed {failed[0]} probe{intent}'))
    plan.grace[container.id] = failed[1]
    return again


def _resizes(pod: Object, container: Container, spec: Object, plan: Plan) -> bool:
    """computePodResizeAction: whether a running container is to be restarted for its new resources."""
    policies = changed_policies(pod, spec, container)
    if 'RestartContainer' in policies:
        plan.kill.append((container, f'Container {spec["name"]} resize requires restart'))
        return True
    if policies:
        plan.resize.append((container, spec))
    return False


def _newest(histories: Mapping[str, list[Container]], name: str) -> Container | None:
    history = histories.get(name)
    return history[0] if history else None
