"""NodeRestriction: a kubelet changes only its own node and the pods on it (plugin/pkg/admission/noderestriction)."""

from __future__ import annotations

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission import token_audiences
from tutor.cluster.apiserver.admission.mirror_pods import mirror_problem
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.authorization.node import node_of
from tutor.cluster.apiserver.renewals import NODES as LEASE_NAMESPACE
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.certificates import parsing
from tutor.cluster.registry.strategy import Context

LEASES = 'coordination.k8s.io', 'leases'
CSI_NODES = 'storage.k8s.io', 'csinodes'
SLICES = 'resource.k8s.io', 'resourceslices'
REQUESTS = 'certificates.k8s.io', 'certificatesigningrequests'
KUBELET_SIGNERS = ('kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet')
RESTRICTED = 'node-restriction.kubernetes.io'
ROLE = 'node-role.kubernetes.io/'
OWN_DOMAINS = ('kubelet.kubernetes.io', 'node.kubernetes.io')
OWN_LABELS = frozenset({
    'kubernetes.io/hostname', 'kubernetes.io/os', 'kubernetes.io/arch', 'beta.kubernetes.io/os',
    'beta.kubernetes.io/arch', 'beta.kubernetes.io/instance-type', 'topology.kubernetes.io/zone',
    'topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/zone',
    'failure-domain.beta.kubernetes.io/region'})
"""What a kubelet sets of Kubernetes' own labels, besides those of its domains."""


class NodeRestriction(Plugin):
    name = 'NodeRestriction'
    resources = frozenset({('', 'pods'), ('', 'nodes'), LEASES, CSI_NODES, SLICES, REQUESTS})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        node, what = node_of(scope.user), (scope.resource.group, scope.resource.plural)
        if node is None:
            return
        if what == ('', 'nodes'):
            self._check_node(scope, node, obj, old)
        elif what == ('', 'pods') and scope.info.subresource != 'eviction':
            self._check_pod(scope, node, obj, old)
        elif what in (LEASES, CSI_NODES):
            _check_own(scope, node, obj)
        elif old is None and what == SLICES and (obj.get('spec') or {}).get('nodeName') != node:
            raise refused(scope, obj, 'can only create ResourceSlice with the same NodeName as the requesting node')
        elif old is None and what == REQUESTS:
            _check_request(scope, node, obj)

    def validate_delete(self, scope: Scope, obj: Object, context: Context) -> None:
        node, what = node_of(scope.user), (scope.resource.group, scope.resource.plural)
        if node is None:
            return
        mine = (obj.get('spec') or {}).get('nodeName') == node
        if what == ('', 'nodes') and obj['metadata']['name'] != node:
            raise refused(scope, obj, f'node "{node}" is not allowed to modify node "{obj["metadata"]["name"]}"')
        if what == ('', 'pods') and not mine:
            raise refused(scope, obj, f'node "{node}" can only delete pods with spec.nodeName set to itself')
        if what == SLICES and not mine:
            raise refused(scope, obj, 'can only delete ResourceSlice with the same NodeName as the requesting node')
        if what in (LEASES, CSI_NODES):
            _check_own(scope, node, obj)

    def check_token(self, scope: Scope, spec: Object) -> None:
        """admitServiceAccount: a kubelet asks for tokens for the pods of its node."""
        node, wanted = node_of(scope.user), spec.get('boundObjectRef') or {}
        if node is None:
            return
        if wanted.get('apiVersion') != 'v1' or wanted.get('kind') != 'Pod' or not wanted.get('name'):
            problem = 'node requested token not bound to a pod'
        elif not wanted.get('uid'):
            problem = 'node requested token with a pod binding without a uid'
        else:
            pod = self.server.stores.of('', 'pods').get(scope.info.namespace, wanted['name'])
            problem = '' if pod['spec'].get('nodeName') == node else (
                'node requested token bound to a pod scheduled on a different node')
            if wanted['uid'] != pod['metadata']['uid']:
                problem = (f'the UID in the bound object reference ({wanted["uid"]}) does not match the UID in record. '
                           'The object might have been deleted and then recreated')
            problem = problem or token_audiences.problem(self.server, scope.user, pod, spec.get('audiences') or [])
        if problem:
            raise errors.forbidden('', 'serviceaccounts', scope.info.name, problem)

    def check_eviction(self, scope: Scope, pod: Object) -> None:
        """admitPodEviction."""
        node = node_of(scope.user)
        if node is not None and pod['spec'].get('nodeName') != node:
            raise refused(scope, pod, f'node {node} can only evict pods with spec.nodeName set to itself')

    def _check_node(self, scope: Scope, node: str, obj: Object, old: Object | None) -> None:
        """admitNode."""
        name = obj['metadata'].get('name', '')
        if name != node:
            raise refused(scope, obj, f'node "{node}" is not allowed to modify node "{name}"')
        before = ((old or {}).get('metadata') or {}).get('labels') or {}
        after = obj['metadata'].get('labels') or {}
        changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key) and _forbidden(key))
        if old is None:  # kubeadm gives a control plane its role; here it comes with it
            changed = [key for key in changed if not key.startswith(ROLE)]
        if changed and old is None:
            raise refused(scope, obj, f'node "{node}" is not allowed to set the following labels: '
                                       f'{", ".join(changed)}')
        if old is None:
            return
        if (old.get('spec') or {}).get('taints') != (obj.get('spec') or {}).get('taints'):
            raise refused(scope, obj, f'node "{node}" is not allowed to modify taints')
        if changed:
            raise refused(scope, obj, f'is not allowed to modify labels: {", ".join(changed)}')
        if old['metadata'].get('ownerReferences') != obj['metadata'].get('ownerReferences'):
            raise refused(scope, obj, f'node "{node}" is not allowed to modify ownerReferences')

    def _check_pod(self, scope: Scope, node: str, pod: Object, old: Object | None) -> None:
        """admitPod, admitPodStatus."""
        below, problem = scope.info.subresource, ''
        if old is None:
            problem = mirror_problem(node, pod, self.server.stores.of('', 'nodes').find('', node))
        elif not below:
            problem = f'unexpected operation "UPDATE", node "{node}" can only create and delete mirror pods'
        elif below != 'status':
            problem = f'unexpected pod subresource "{below}", only \'status\' and \'eviction\' are allowed'
        elif (old.get('spec') or {}).get('nodeName') != node:
            problem = f'node "{node}" can only update pod status for pods with spec.nodeName set to itself'
        elif (old['metadata'].get('labels') or {}) != (pod['metadata'].get('labels') or {}):
            problem = f'node "{node}" cannot update labels through pod status'
        elif _claims(old) != _claims(pod):
            problem = f'node "{node}" cannot update resource claim statues'
        if problem:
            raise refused(scope, pod, problem)


def _claims(pod: Object) -> list[Object]:
    return (pod.get('status') or {}).get('resourceClaimStatuses') or []


def _check_own(scope: Scope, node: str, obj: Object) -> None:
    """admitLease, admitCSINode."""
    lease = scope.resource.plural == 'leases'
    if lease and scope.info.namespace != LEASE_NAMESPACE:
        raise refused(scope, obj, f'can only access leases in the "{LEASE_NAMESPACE}" system namespace')
    if obj['metadata'].get('name') != node:
        raise refused(scope, obj, f'can only access {"node lease" if lease else "CSINode"} with the same name as the '
                                   'requesting node')


def _check_request(scope: Scope, node: str, request: Object) -> None:
    """admitCSR: a certificate for a kubelet has the name of the node that asks for it."""
    spec = request.get('spec') or {}
    if spec.get('signerName') not in KUBELET_SIGNERS:
        return
    if problem := parsing.read_problem(spec.get('request', '')):
        raise refused(scope, request, f'unable to parse csr: {problem}')
    if parsing.common_name(spec['request']) != f'system:node:{node}':
        raise refused(scope, request, f'can only create a node CSR with CN=system:node:{node}')


def _forbidden(label: str) -> bool:
    """getForbiddenLabels: the restricted ones, and Kubernetes' own that are not for kubelets."""
    domain = label.partition('/')[0] if '/' in label else ''
    if _within(domain, RESTRICTED):
        return True
    return _within(domain, 'kubernetes.io', 'k8s.io') and label not in OWN_LABELS and not _within(domain, *OWN_DOMAINS)


def _within(domain: str, *parents: str) -> bool:
    return any(domain == parent or domain.endswith(f'.{parent}') for parent in parents)
