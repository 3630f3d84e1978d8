"""Which nodes a DaemonSet wants a pod on, and the pod for one of them (daemon/util)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.scheduling import NO_EXECUTE, NO_SCHEDULE, matches_node, taints, untolerated
from tutor.cluster.controllers.pod_control import pod_from_template

_EXECUTE = ('node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable')
_SCHEDULE = ('node.kubernetes.io/disk-pressure', 'node.kubernetes.io/memory-pressure',
             'node.kubernetes.io/pid-pressure', 'node.kubernetes.io/unschedulable')
_NETWORK = 'node.kubernetes.io/network-unavailable'
_FIELD = 'metadata.name'
GENERATION_LABEL = 'pod-template-generation'


def daemon_tolerations(spec: Object) -> list[Object]:
    """AddOrUpdateDaemonPodTolerations: the pod's own, and those that keep daemons on troubled nodes."""
    found: list[Object] = list(spec.get('tolerations') or [])
    wanted = [(name, NO_EXECUTE) for name in _EXECUTE] + [(name, NO_SCHEDULE) for name in _SCHEDULE]
    if spec.get('hostNetwork'):
        wanted.append((_NETWORK, NO_SCHEDULE))
    for name, effect in wanted:
        toleration = {'key': name, 'operator': 'Exists', 'effect': effect}
        same = [item for item in found if item.get('key') == name and item.get('effect') == effect
                and item.get('operator') == 'Exists']
        if not same:
            found.append(toleration)
    return found


def should_run(ds: Object, node: Object) -> tuple[bool, bool]:
    """NodeShouldRunDaemonPod: whether a pod should be created there, and whether one that is there may stay."""
    spec = ds['spec']['template']['spec']
    if spec.get('nodeName') and spec['nodeName'] != node['metadata']['name']:
        return False, False
    if not matches_node({'spec': spec}, node):
        return False, False
    given = daemon_tolerations(spec)
    if untolerated(taints(node), given, (NO_EXECUTE, NO_SCHEDULE)) is not None:
        return False, untolerated(taints(node), given, (NO_EXECUTE,)) is None
    return True, True


def same_for_daemons(old: Object, new: Object) -> bool:
    """shouldIgnoreNodeUpdate: only labels and taints matter (and whether the node is cordoned)."""
    return (old['metadata'].get('labels') == new['metadata'].get('labels') and taints(old) == taints(new)
            and old.get('spec', {}).get('unschedulable') == new.get('spec', {}).get('unschedulable'))


def node_of(pod: Object) -> str:
    """GetTargetNodeName: the node a pod is on, or the one its affinity asks for."""
    spec = pod['spec']
    if spec.get('nodeName'):
        return spec['nodeName']
    required = _required(spec) or {}
    for term in required.get('nodeSelectorTerms') or ():
        for field in term.get('matchFields') or ():
            if field['key'] == _FIELD and field['operator'] == 'In' and len(field['values']) == 1:
                return field['values'][0]
    return ''


def _required(spec: Object) -> Any:
    return ((spec.get('affinity') or {}).get('nodeAffinity') or {}).get(
        'requiredDuringSchedulingIgnoredDuringExecution')


def template_generation(ds: Object) -> str:
    """GetTemplateGeneration."""
    return (ds['metadata'].get('annotations') or {}).get('deprecated.daemonset.template.generation', '')


def pod_for(ds: Object, revision: str, node: str) -> Object:
    """CreatePodTemplate and ReplaceDaemonSetPodNodeNameNodeAffinity."""
    pod = pod_from_template(ds['spec']['template'], ds)
    labels = {**pod['metadata'].get('labels', {}), 'controller-revision-hash': revision}
    generation = template_generation(ds)
    if generation:
        labels[GENERATION_LABEL] = generation
    spec = pod['spec']
    return {**pod, 'metadata': {**pod['metadata'], 'labels': labels}, 'spec': {
        **spec, 'tolerations': daemon_tolerations(spec), 'affinity': _affinity(spec, node)}}


def _affinity(spec: Object, node: str) -> Object:
    """The affinity for one node: the terms' expressions are already known to hold, their fields are replaced."""
    affinity = dict(spec.get('affinity') or {})
    by_node = dict(affinity.get('nodeAffinity') or {})
    by_node['requiredDuringSchedulingIgnoredDuringExecution'] = {'nodeSelectorTerms': [
        {'matchFields': [{'key': _FIELD, 'operator': 'In', 'values': [node]}]}]}
    affinity['nodeAffinity'] = by_node
    return affinity
