"""What kubelets may do: read what the pods of their node name, and look after those pods and their own Node
(plugin/pkg/auth/authorizer/node)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from tutor.apimachinery import volumes
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client.transport import User
from tutor.cluster import bootstrap
from tutor.cluster.apiserver import references
from tutor.cluster.apiserver.authorization.mode import Decision, Mode
from tutor.cluster.apiserver.authorization.rbac import rule_allows
from tutor.cluster.apiserver.renewals import NODES as LEASES
from tutor.cluster.registry.podspec.annotations import MIRROR
from tutor.cluster.registry.store import ResourceStores

NODES, PREFIX = 'system:nodes', 'system:node:'
OWN_VERBS = ('get', 'create', 'update', 'patch', 'delete')
ALLOWED: Decision = (True, '')
REFUSED: Decision = (False, '')


def node_of(user: User) -> str | None:
    """The node whose kubelet somebody is, None for all others (nodeidentifier.NodeIdentity)."""
    if user.name.startswith(PREFIX) and NODES in user.groups:
        return user.name[len(PREFIX):]
    return None


class Node(Mode):
    """Looks at the objects themselves where upstream keeps a graph of them: kubelets seldom ask."""

    def __init__(self, stores: ResourceStores) -> None:
        self._stores = stores
        self._kinds: Mapping[tuple[str, str], Callable[[str, RequestInfo], Decision]] = {
            ('', 'secrets'): self._read, ('', 'configmaps'): self._read,
            ('', 'persistentvolumeclaims'): self._claim, ('', 'persistentvolumes'): self._get,
            ('resource.k8s.io', 'resourceclaims'): self._get, ('storage.k8s.io', 'volumeattachments'): self._get,
            ('', 'serviceaccounts'): self._token, ('coordination.k8s.io', 'leases'): _lease,
            ('storage.k8s.io', 'csinodes'): _csi_node, ('resource.k8s.io', 'resourceslices'): self._slice,
            ('', 'nodes'): _node, ('', 'pods'): self._pod,
        }
        self._rules: Sequence[Object] = next(
            role['rules'] for role in bootstrap.of_kind('ClusterRole') if role['metadata']['name'] == 'system:node')
        self._by_rules = lru_cache(maxsize=1024)(self._judge)

    def decide(self, user: User, info: RequestInfo) -> Decision:
        node = node_of(user)
        if node is None:
            return REFUSED
        if not node:
            return False, f'unknown node for user "{user.name}"'
        subdivided = self._kinds.get((info.group, info.resource)) if info.is_resource else None
        if subdivided is not None:
            return subdivided(node, info)
        return self._by_rules(info.verb, info.group, info.resource, info.subresource, info.path
                              if not info.is_resource else ''), ''

    def allows(self, user: User, info: RequestInfo) -> bool:
        return user.name.startswith(PREFIX) and self.decide(user, info)[0]

    def _judge(self, verb: str, group: str, resource: str, subresource: str, path: str) -> bool:
        """Whether the rules for all nodes allow something; none of them names objects, and they do not change."""
        info = RequestInfo(path, verb, not path, group=group, resource=resource, subresource=subresource)
        return any(rule_allows(rule, info) for rule in self._rules)

    def problems(self, user: User, namespace: str) -> Sequence[str]:
        return ('node authorizer does not support user rule resolution',) if node_of(user) is not None else ()

    # -- kinds that are subdivided ------------------------------------------------------------------------------

    def _read(self, node: str, info: RequestInfo) -> Decision:
        """authorizeReadNamespacedObject."""
        if info.verb not in ('get', 'list', 'watch'):
            return False, 'can only read resources of this type'
        if info.subresource:
            return False, 'cannot read subresource'
        if not info.namespace:
            return False, 'can only read namespaced object of this type'
        return self._related(node, info)

    def _get(self, node: str, info: RequestInfo) -> Decision:
        """authorizeGet."""
        if info.verb != 'get':
            return False, 'can only get individual resources of this type'
        return (False, 'cannot get subresource') if info.subresource else self._related(node, info)

    def _claim(self, node: str, info: RequestInfo) -> Decision:
        if info.subresource != 'status':
            return self._get(node, info)
        if info.verb not in ('update', 'patch'):
            return False, 'can only get/update/patch this type'
        return self._related(node, info)

    def _token(self, node: str, info: RequestInfo) -> Decision:
        """authorizeCreateToken."""
        if info.verb != 'create' or not info.selected:
            return False, 'can only create tokens for individual service accounts'
        if info.subresource != 'token':
            return False, 'can only create token subresource of serviceaccount'
        return self._related(node, info)

    def _slice(self, node: str, info: RequestInfo) -> Decision:
        """authorizeResourceSlice."""
        if info.subresource:
            return False, 'cannot authorize ResourceSlice subresources'
        if info.verb == 'create':
            return ALLOWED  # NodeRestriction sees whose it is
        if info.verb in ('list', 'watch', 'deletecollection'):
            return ALLOWED if info.selects('spec.nodeName', node) else (
                False, 'can only list/watch/deletecollection resourceslices with nodeName field selector')
        return self._related(node, info)

    def _pod(self, node: str, info: RequestInfo) -> Decision:
        """authorizePod."""
        if info.subresource:
            writes = {'status': ('update', 'patch'), 'eviction': ('create',)}.get(info.subresource, ())
            return info.verb in writes, ''
        if info.verb == 'get':
            return self._related(node, info)
        if info.verb in ('list', 'watch'):
            if info.selects('spec.nodeName', node):
                return ALLOWED
            return self._related(node, info) if info.selected else (
                False, 'can only list/watch pods with spec.nodeName field selector')
        return info.verb in ('create', 'delete'), ''

    # -- what belongs to a node ---------------------------------------------------------------------------------

    def _related(self, node: str, info: RequestInfo) -> Decision:
        if not info.selected:
            return False, 'No Object name found'
        if self._belongs(node, info.group, info.resource, info.namespace, info.selected):
            return ALLOWED
        return False, f"no relationship found between node '{node}' and this object"

    def _belongs(self, node: str, group: str, plural: str, namespace: str, name: str) -> bool:
        """hasPathFrom."""
        if plural == 'pods':
            pod = self._stores.of('', 'pods').find(namespace, name)
            return pod is not None and pod['spec'].get('nodeName') == node
        if plural in ('volumeattachments', 'resourceslices'):
            found = self._stores.of(group, plural).find('', name)
            return found is not None and found['spec'].get('nodeName') == node
        if plural == 'persistentvolumes':
            volume = self._stores.of('', plural).find('', name)
            claim = (volume or {}).get('spec', {}).get('claimRef')
            return bool(claim) and self._belongs(node, '', 'persistentvolumeclaims', claim['namespace'], claim['name'])
        return any((plural, name) in set(_names(pod)) for pod in self._stores.of('', 'pods').list(namespace)
                   if pod['spec'].get('nodeName') == node and MIRROR not in (pod['metadata'].get('annotations') or {}))


def _node(node: str, info: RequestInfo) -> Decision:
    """authorizeNode."""
    if info.subresource == 'status':
        return info.verb in ('update', 'patch'), ''
    if info.subresource or info.verb not in ('get', 'list', 'watch'):
        return not info.subresource and info.verb in ('create', 'update', 'patch'), ''
    if info.selected == node:
        return ALLOWED
    what = f"'{info.selected}'" if info.selected else 'all nodes'
    return False, f"node '{node}' cannot read {what}, only its own Node object"


def _lease(node: str, info: RequestInfo) -> Decision:
    """authorizeLease."""
    if info.verb not in OWN_VERBS:
        return False, 'can only get, create, update, patch, or delete a node lease'
    if info.namespace != LEASES:
        return False, f'can only access leases in the "{LEASES}" system namespace'
    if info.verb != 'create' and info.selected != node:
        return False, 'can only access node lease with the same name as the requesting node'
    return ALLOWED


def _csi_node(node: str, info: RequestInfo) -> Decision:
    """authorizeCSINode."""
    if info.verb not in OWN_VERBS:
        return False, 'can only get, create, update, patch, or delete a CSINode'
    if info.subresource:
        return False, 'cannot authorize CSINode subresources'
    if info.verb != 'create' and info.selected != node:
        return False, 'can only access CSINode with the same name as the requesting node'
    return ALLOWED


def _names(pod: Object) -> Iterator[tuple[str, str]]:
    """What a pod names, each with its plural (Graph.AddPod)."""
    spec = pod['spec']
    yield 'serviceaccounts', spec.get('serviceAccountName', '')
    yield from (('secrets', name) for name in references.secrets(pod))
    yield from (('configmaps', name) for name in references.config_maps(pod))
    yield from (('persistentvolumeclaims', name) for name in volumes.claims_of(pod))
    for status in (pod.get('status') or {}).get('resourceClaimStatuses') or ():
        yield 'resourceclaims', status.get('resourceClaimName', '')
    for claim in spec.get('resourceClaims') or ():
        yield 'resourceclaims', claim.get('resourceClaimName', '')
