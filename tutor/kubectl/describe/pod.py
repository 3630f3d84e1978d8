"""kubectl describe pod."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import parse
from tutor.kubectl.describe.containers import describe_containers, describe_seccomp
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.podtemplate import describe_scheduling_group, describe_spread, describe_tolerations
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.resources import describe_requirements
from tutor.kubectl.describe.volumes import describe_volumes
from tutor.kubectl.describe.writer import PrefixWriter, rfc1123

MIRROR = 'kubernetes.io/config.mirror'


def describe(pod: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    spec, status = pod.get('spec') or {}, pod.get('status') or {}
    _head(pod, spec, status, w)
    _containers(pod, spec, status, w)
    _conditions(spec, status, w)
    describe_volumes(spec.get('volumes'), w)
    w.field('QoS Class', status.get('qosClass') or qos_class(spec))
    w.labels('Node-Selectors', spec.get('nodeSelector'))
    describe_tolerations('Tolerations', spec.get('tolerations'), w)
    describe_spread(spec.get('topologySpreadConstraints'), w)
    describe_scheduling_group(spec.get('schedulingGroup'), w)
    mirror = (pod['metadata'].get('annotations') or {}).get(MIRROR)
    describe_events(related.events(pod, kind='', uid=mirror), w)
    return w.text()


def _head(pod: Object, spec: Object, status: Object, w: PrefixWriter) -> None:
    meta = pod['metadata']
    w.field('Name', meta['name'])
    w.field('Namespace', meta.get('namespace', ''))
    if spec.get('priority') is not None:
        w.field('Priority', spec['priority'])
    for title, field in (('Priority Class Name', 'priorityClassName'), ('Runtime Class Name', 'runtimeClassName'),
                         ('Service Account', 'serviceAccountName')):
        if spec.get(field):
            w.field(title, spec[field])
    w.field('Node', f'{spec["nodeName"]}/{status.get("hostIP", "")}' if spec.get('nodeName') else '<none>')
    if status.get('startTime'):
        w.field('Start Time', rfc1123(status['startTime']))
    w.marks(meta)
    _phase(meta, status, w)
    for title, field in (('Reason', 'reason'), ('Message', 'message')):
        if status.get(field):
            w.field(title, status[field])
    describe_seccomp(spec.get('securityContext'), w, 0, 0)
    w.field('IP', status.get('podIP', ''))
    _addresses(status, w)
    w.controlled_by(pod)
    if status.get('nominatedNodeName'):
        w.field('NominatedNodeName', status['nominatedNodeName'])
    if spec.get('resources') is not None:
        w.write(0, 'Resources:\n')
        describe_requirements(spec['resources'], w, 1)


def _phase(meta: Mapping[str, Any], status: Mapping[str, Any], w: PrefixWriter) -> None:
    phase = status.get('phase', '')
    if meta.get('deletionTimestamp') and phase not in ('Failed', 'Succeeded'):
        w.field('Status', f'Terminating (lasts {w.age(meta["deletionTimestamp"])})')
        w.field('Termination Grace Period', f'{meta.get("deletionGracePeriodSeconds", 0)}s')
    else:
        w.field('Status', phase)


def _addresses(status: Mapping[str, Any], w: PrefixWriter) -> None:
    addresses = status.get('podIPs')
    w.write(0, 'IPs:\n' if addresses else 'IPs:\t<none>\n')
    for entry in addresses or ():
        w.field('IP', entry.get('ip', ''), 1)


def _containers(pod: Object, spec: Object, status: Object, w: PrefixWriter) -> None:
    def resolve(reference: Mapping[str, Any]) -> str:
        return field_value(pod, reference.get('fieldPath', ''))

    if spec.get('initContainers'):
        describe_containers('Init Containers', spec['initContainers'], status.get('initContainerStatuses'), resolve, w)
    describe_containers('Containers', spec.get('containers'), status.get('containerStatuses'), resolve, w)
    if spec.get('ephemeralContainers'):
        describe_containers('Ephemeral Containers', spec['ephemeralContainers'],
                            status.get('ephemeralContainerStatuses'), resolve, w)


def _conditions(spec: Object, status: Object, w: PrefixWriter) -> None:
    conditions = status.get('conditions') or ()
    gates = spec.get('readinessGates')
    if gates:
        states = {entry['type']: entry.get('status', '') for entry in reversed(conditions)}
        w.write(0, 'Readiness Gates:\n  Type\tStatus\n')
        for gate in gates:
            kind = gate.get('conditionType', '')
            w.write(1, f'{kind} \t{states.get(kind, "<none>")} \n')
    if conditions:
        w.write(0, 'Conditions:\n  Type\tStatus\n')
        for entry in conditions:
            w.write(1, f'{entry.get("type", "")} \t{entry.get("status", "")} \n')


KNOWN_FIELDS = ('metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid')


def field_value(pod: Object, path: str) -> str:
    """kubectl's own fieldpath.ExtractFieldPathAsString, which knows no single label or annotation."""
    meta = pod['metadata']
    if path in ('metadata.labels', 'metadata.annotations'):
        return '\n'.join(f'{key}={go_quote(value)}' for key, value in sorted((meta.get(path[9:]) or {}).items()))
    # Only metadata has a value here: what is in spec and status is shown without one.
    return {'metadata.name': meta.get('name', ''), 'metadata.namespace': meta.get('namespace', ''),
            'metadata.uid': meta.get('uid', '')}.get(path, '')


def qos_class(spec: Mapping[str, Any]) -> str:
    """qos.ComputePodQOS."""
    requests: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    guaranteed = True
    containers = [*(spec.get('containers') or ()), *(spec.get('initContainers') or ())]
    if spec.get('resources') is not None:
        containers = [spec]
    for container in containers:
        resources = container.get('resources') or {}
        found = set()
        for field, total in (('requests', requests), ('limits', limits)):
            for name, text in (resources.get(field) or {}).items():
                amount = parse(text)
                if name in ('cpu', 'memory') and amount.sign > 0:
                    total[name] = total[name] + amount if name in total else amount
                    if field == 'limits':
                        found.add(name)
        guaranteed = guaranteed and found == {'cpu', 'memory'}
    if not requests and not limits:
        return 'BestEffort'
    return 'Guaranteed' if guaranteed and all(limits.get(name) == amount for name, amount in requests.items()) \
        and len(requests) == len(limits) else 'Burstable'
