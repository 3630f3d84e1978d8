"""The Lease by which a node says that it is alive (pkg/kubelet, component-helpers/apimachinery/lease)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from tutor.apimachinery.objects import Object

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

NAMESPACE = 'kube-node-lease'
SECONDS = 40
EVERY = 10.0
RESOURCE = 'leases.coordination.k8s.io'


class Heartbeat(Protocol):
    """Knows the rhythm of a node's renewals, so that the kubelet can rest between those that matter.

    `lease` is the Lease as the node last wrote it. `renewed`: the kubelet has renewed it; `rest`: the kubelet makes no
    more renewals until it is called; False when it must. `end`: there are no renewals but by the kubelet.
    """

    lease: Object | None
    resting: bool

    def renewed(self, lease: Object, every: float) -> None: ...
    def rest(self, resume: Callable[[], None]) -> bool: ...
    def wake(self) -> None: ...
    def end(self) -> None: ...
    def until_next(self) -> float: ...


def renew(kubelet: Kubelet) -> None:
    """Write the Lease, or make it. Raises StatusError, OSError."""
    beat, now = kubelet.heartbeat, kubelet.simulation.micro_timestamp()
    known = beat.lease or kubelet.client.find(RESOURCE, kubelet.name, NAMESPACE)
    if known is None:
        written = kubelet.client.create(RESOURCE, _new(kubelet, now), NAMESPACE)
    else:
        written = kubelet.client.update(RESOURCE, {**known, 'spec': {**known['spec'], 'renewTime': now}})
    beat.renewed(written, EVERY)


def _new(kubelet: Kubelet, now: str) -> Object:
    node: Any = kubelet.current_node() or {}
    owner = {'apiVersion': 'v1', 'kind': 'Node', 'name': kubelet.name, 'uid': node.get('metadata', {}).get('uid', '')}
    return {'apiVersion': 'coordination.k8s.io/v1', 'kind': 'Lease',
            'metadata': {'name': kubelet.name, 'namespace': NAMESPACE, 'ownerReferences': [owner]},
            'spec': {'holderIdentity': kubelet.name, 'leaseDurationSeconds': SECONDS, 'renewTime': now}}
