"""kubectl describe node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import ZERO, canonical
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.related import Related, role_labels
from tutor.kubectl.describe.resources import all_totals, percent, pod_totals
from tutor.kubectl.describe.writer import PrefixWriter, or_none, rfc1123
from tutor.kubectl.taints import taint_text

_SYSTEM_INFO = (('Machine ID', 'machineID'), ('System UUID', 'systemUUID'), ('Boot ID', 'bootID'),
                ('Kernel Version', 'kernelVersion'), ('OS Image', 'osImage'), ('Operating System', 'operatingSystem'),
                ('Architecture', 'architecture'), ('Container Runtime Version', 'containerRuntimeVersion'),
                ('Kubelet Version', 'kubeletVersion'))
SHOWN_POOLS = 10
_STANDARD = ('cpu', 'memory', 'ephemeral-storage')


def describe(node: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    spec, status = node.get('spec') or {}, node.get('status') or {}
    pods = _pods(node, related)
    events = _events(node, related)
    slices = _slices(node['metadata']['name'], related)
    _head(node, spec, related, w)
    _conditions(status.get('conditions'), w)
    w.write(0, 'Addresses:\n')
    for address in status.get('addresses') or ():
        w.field(address.get('type', ''), address.get('address', ''), 1)
    for title, field in (('Capacity', 'capacity'), ('Allocatable', 'allocatable')):
        if status.get(field):
            w.write(0, f'{title}:\n')
            for name, amount in sorted(status[field].items()):
                w.field(name, canonical(amount), 1)
    _devices(slices, w)
    w.write(0, 'System Info:\n')
    for title, field in _SYSTEM_INFO:
        w.field(title, (status.get('nodeInfo') or {}).get(field, ''), 1)
    for title, value in (('PodCIDR', spec.get('podCIDR')), ('PodCIDRs', ','.join(spec.get('podCIDRs') or ())),
                         ('ProviderID', spec.get('providerID'))):
        if value:
            w.field(title, value)
    if pods is None:
        w.field('Pods', 'not authorized')
    else:
        _workload(pods, status.get('allocatable') or status.get('capacity') or {}, w)
    describe_events(events, w)
    return w.text()


def _pods(node: Object, related: Related) -> list[Object] | None:
    """The pods on the node that still run or will; None when the user may not see them."""
    fields = f'spec.nodeName={node["metadata"]["name"]},status.phase!=Failed,status.phase!=Succeeded'
    try:
        return related.list('pods', field_selector=fields)
    except StatusError as error:
        if error.code == 403:
            return None
        raise


def _events(node: Object, related: Related) -> list[Object] | None:
    """Controllers name a node by its UID, its kubelet by its name: both count."""
    if not related.show_events:
        return None
    return (related.events(node) or []) + (related.events(node, uid=node['metadata']['name']) or [])


def _slices(name: str, related: Related) -> list[Object]:
    try:
        return related.list('resourceslices.resource.k8s.io', field_selector=f'spec.nodeName={name}')
    except StatusError:
        return []


def _devices(slices: Sequence[Object], w: PrefixWriter) -> None:
    """describeNodeResourceSlices: the pools of devices that are on this node alone."""
    pools: dict[str, list[Object]] = {}
    for entry in slices:
        spec = entry['spec']
        pools.setdefault(f'{spec["driver"]}/{spec["pool"]["name"]}', []).append(spec)
    if pools:
        w.write(0, 'Node-Local ResourceSlices:\n')
        w.rows(1, ('Driver', 'Pool', 'Slices', 'Devices'), ('------', '----', '------', '-------'))
        for _, specs in sorted(pools.items())[:SHOWN_POOLS]:
            devices = sum(len(spec.get('devices') or ()) for spec in specs)
            w.rows(1, (specs[0]['driver'], specs[0]['pool']['name'], len(specs), devices))
        if len(pools) > SHOWN_POOLS:
            w.write(1, f'...and {len(pools) - SHOWN_POOLS} more pools\n')


def _head(node: Object, spec: Object, related: Related, w: PrefixWriter) -> None:
    meta = node['metadata']
    w.field('Name', meta['name'])
    w.field('Roles', or_none(','.join(role_labels(node))))
    w.marks(meta)
    w.created(node)
    taints = sorted(spec.get('taints') or (), key=lambda taint: f'{taint.get("effect", "")},{taint.get("key", "")}')
    w.multiline('Taints', [taint_text(taint) for taint in taints])
    w.field('Unschedulable', bool(spec.get('unschedulable')))
    _lease(meta['name'], related, w)


def _lease(name: str, related: Related, w: PrefixWriter) -> None:
    try:
        spec = related.get('leases.coordination.k8s.io', name, 'kube-node-lease').get('spec') or {}
    except StatusError as error:
        w.field('Lease', f'Failed to get lease: {error}')
        return
    w.write(0, 'Lease:\n')
    w.field('HolderIdentity', spec.get('holderIdentity', '<unset>'), 1)
    for title, field in (('AcquireTime', 'acquireTime'), ('RenewTime', 'renewTime')):
        w.field(title, rfc1123(spec[field]) if spec.get(field) else '<unset>', 1)


def _conditions(conditions: Sequence[Mapping[str, Any]] | None, w: PrefixWriter) -> None:
    if conditions:
        w.write(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n')
        w.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n')
        for entry in conditions:
            cells = (entry.get('type', ''), entry.get('status', ''), rfc1123(entry.get('lastHeartbeatTime')),
                     rfc1123(entry.get('lastTransitionTime')), entry.get('reason', ''))
            w.write(1, ''.join(f'{cell} \t' for cell in cells) + f'{entry.get("message", "")}\n')


def _workload(pods: Sequence[Object], allocatable: Mapping[str, str], w: PrefixWriter) -> None:
    """describeNodeResource."""
    w.field('Non-terminated Pods', f'({len(pods)} in total)')
    w.write(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n')
    w.write(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n')
    cpu, memory = allocatable.get('cpu', '0'), allocatable.get('memory', '0')
    for pod in pods:
        requests, limits = pod_totals(pod, 'requests', status=True), pod_totals(pod, 'limits', status=True)
        cells = []
        for name, whole in (('cpu', cpu), ('memory', memory)):
            for amounts in (requests, limits):
                amount = amounts.get(name, ZERO)
                cells.append(f'{amount} ({percent(amount, whole, name == "cpu")}%)')
        meta = pod['metadata']
        w.write(1, f'{meta.get("namespace", "")}\t{meta["name"]}\t\t' + '\t'.join(cells) +
                f'\t{w.age(meta.get("creationTimestamp"))}\n')
    w.write(0, 'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n')
    w.rows(1, ('Resource', 'Requests', 'Limits'), ('--------', '--------', '------'))
    requests, limits = all_totals(pods, 'requests'), all_totals(pods, 'limits')
    huge = sorted(name for name in allocatable if name.startswith('hugepages-'))
    for name in (*_STANDARD, *huge):
        whole = allocatable.get(name, '0')
        amounts = (requests.get(name, ZERO), limits.get(name, ZERO))
        w.rows(1, (name, *(f'{amount} ({percent(amount, whole, name == "cpu")}%)' for amount in amounts)))
    for name in sorted(set(allocatable) - {*_STANDARD, *huge, 'pods'}):
        w.rows(1, (name, str(requests.get(name, ZERO)), str(limits.get(name, ZERO))))
