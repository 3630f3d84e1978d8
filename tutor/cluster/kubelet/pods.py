"""What kubelet code asks of a pod again and again."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.apimachinery.objects import Object

ALWAYS = 'Always'
NEVER = 'Never'
ON_FAILURE = 'OnFailure'
RESTART_ALL = 'RestartAllContainers'
MIRROR = 'kubernetes.io/config.mirror'
SOURCE = 'kubernetes.io/config.source'
SEEN = 'kubernetes.io/config.seen'
"""Annotations of a pod that only its kubelet sees: where it has it from, and since when."""
CRITICAL_PRIORITY = 2_000_000_000
HASH = 'kubernetes.io/config.hash'


def containers(pod: Object) -> list[Object]:
    return pod['spec'].get('containers') or []


def init_containers(pod: Object) -> list[Object]:
    return pod['spec'].get('initContainers') or []


def ephemeral_containers(pod: Object) -> list[Object]:
    return pod['spec'].get('ephemeralContainers') or []


def all_containers(pod: Object) -> Iterator[tuple[Object, str]]:
    """Every container with the field path that events about it name."""
    for container in init_containers(pod):
        yield container, f'spec.initContainers{{{container["name"]}}}'
    for container in containers(pod):
        yield container, f'spec.containers{{{container["name"]}}}'
    for container in ephemeral_containers(pod):
        yield container, f'spec.ephemeralContainers{{{container["name"]}}}'


def field_path(pod: Object, container: Object) -> str:
    name = container['name']
    for field in ('containers', 'initContainers', 'ephemeralContainers'):
        if any(entry['name'] == name for entry in pod['spec'].get(field) or ()):
            return f'spec.{field}{{{name}}}'
    return ''


def restart_policy(pod: Object) -> str:
    return pod['spec'].get('restartPolicy', ALWAYS)


def container_policy(pod: Object, container: Object) -> str:
    """The restart policy of one container: its own, if it has one."""
    return container.get('restartPolicy') or restart_policy(pod)


def matching_action(container: Object, exit_code: int) -> str:
    """FindMatchingContainerRestartRule: what the first of a container's rules that matches asks for."""
    for rule in container.get('restartPolicyRules') or ():
        codes = rule.get('exitCodes') or {}
        if (exit_code in (codes.get('values') or ())) is (codes.get('operator') == 'In'):
            return rule.get('action', '')
    return ''


def could_restart_all(pod: Object) -> bool:
    """podutil.AllContainersCouldRestart."""
    return any(rule.get('action') == RESTART_ALL for container in (*init_containers(pod), *containers(pod))
               for rule in container.get('restartPolicyRules') or ())


def restarts(pod: Object, container: Object, exit_code: int) -> bool:
    """podutil.ContainerShouldRestart: whether a container that has ended is started again; its rules come first."""
    if matching_action(container, exit_code):
        return True
    policy = container_policy(pod, container)
    return policy == ALWAYS or (policy == ON_FAILURE and exit_code != 0)


def restartable_init(container: Object) -> bool:
    """Whether an init container is a sidecar."""
    return container.get('restartPolicy') == ALWAYS


def describe(pod: Object) -> str:
    """format.Pod: 'name_namespace(uid)'."""
    meta = pod['metadata']
    return f'{meta["name"]}_{meta["namespace"]}({meta["uid"]})'


def key(pod: Object) -> str:
    meta = pod['metadata']
    return f'{meta["namespace"]}/{meta["name"]}'


def uid(pod: Object) -> str:
    return pod['metadata']['uid']


def host_network(pod: Object) -> bool:
    return bool(pod['spec'].get('hostNetwork'))


def is_static(pod: Object) -> bool:
    """Whether the pod comes from a file of the node, or shows one that does."""
    notes = pod['metadata'].get('annotations') or {}
    return MIRROR in notes or notes.get(SOURCE, 'api') != 'api'


def is_critical(pod: Object) -> bool:
    """kubelettypes.IsCriticalPod."""
    return is_static(pod) or pod['spec'].get('priority', 0) >= CRITICAL_PRIORITY


def finished(phase: str) -> bool:
    return phase in ('Succeeded', 'Failed')
