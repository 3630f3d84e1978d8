"""NodeRestriction: a kubelet changes only its own node and the pods on it (plugin/pkg/admission/noderestriction)."""

from __future__ import annotations

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.plugin import Plugin
from tutor.cluster.apiserver.authorization.node import node_of
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

MIRROR = 'kubernetes.io/config.mirror'
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
    resources = frozenset({('', 'pods'), ('', 'nodes')})

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        node = node_of(scope.user)
        if node is None:
            return
        if scope.resource.plural == 'nodes':
            self._check_node(scope, node, obj, old)
        elif old is None and not scope.info.subresource:
            self._check_new_pod(scope, node, obj)
        elif old is not None and (old.get('spec') or {}).get('nodeName') != node:
            raise _refusal(scope, obj, f'node "{node}" can only update pod status for pods with spec.nodeName set to '
                                       'itself')

    def validate_delete(self, scope: Scope, obj: Object, context: Context) -> None:
        node = node_of(scope.user)
        if node is None:
            return
        if scope.resource.plural == 'nodes':
            raise _refusal(scope, obj, f'node "{node}" cannot delete node "{obj["metadata"]["name"]}"')
        if (obj.get('spec') or {}).get('nodeName') != node:
            raise _refusal(scope, obj, f'node "{node}" can only delete pods with spec.nodeName set to itself')

    def _check_node(self, scope: Scope, node: str, obj: Object, old: Object | None) -> None:
        name = obj['metadata'].get('name', '')
        if name != node:
            raise _refusal(scope, obj, f'node "{node}" is not allowed to modify node "{name}"')
        before = ((old or {}).get('metadata') or {}).get('labels') or {}
        after = obj['metadata'].get('labels') or {}
        changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key) and _forbidden(key))
        if old is None:  # kubeadm gives a control plane its role; here it comes with it
            changed = [key for key in changed if not key.startswith(ROLE)]
        if changed and old is None:
            raise _refusal(scope, obj, f'is not allowed to set the following labels: {", ".join(changed)}')
        if old is None:
            return
        if (old.get('spec') or {}).get('taints') != (obj.get('spec') or {}).get('taints'):
            raise _refusal(scope, obj, f'node "{node}" is not allowed to modify taints')
        if changed:
            raise _refusal(scope, obj, f'is not allowed to modify labels: {", ".join(changed)}')
        if old['metadata'].get('ownerReferences') != obj['metadata'].get('ownerReferences'):
            raise _refusal(scope, obj, f'node "{node}" is not allowed to modify ownerReferences')

    def _check_new_pod(self, scope: Scope, node: str, pod: Object) -> None:
        if MIRROR not in (pod['metadata'].get('annotations') or {}):
            raise _refusal(scope, pod, f'pod does not have "{MIRROR}" annotation, node "{node}" can only create '
                                       'mirror pods')
        if (pod.get('spec') or {}).get('nodeName') != node:
            raise _refusal(scope, pod, f'node "{node}" can only create pods with spec.nodeName set to itself')


def _forbidden(label: str) -> bool:
    """getForbiddenLabels: the restricted ones, and Kubernetes' own that are not for kubelets."""
    domain = label.partition('/')[0] if '/' in label else ''
    if _within(domain, RESTRICTED):
        return True
    return _within(domain, 'kubernetes.io', 'k8s.io') and label not in OWN_LABELS and not _within(domain, *OWN_DOMAINS)


def _within(domain: str, *parents: str) -> bool:
    return any(domain == parent or domain.endswith(f'.{parent}') for parent in parents)


def _refusal(scope: Scope, obj: Object, text: str) -> errors.StatusError:
    return errors.forbidden('', scope.resource.plural, obj['metadata'].get('name', ''), text)
