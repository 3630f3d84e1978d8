"""ServiceAccount: every pod gets an account, its pull secrets and a token that is mounted into its containers."""

from __future__ import annotations

from tutor.apimachinery import names
from tutor.apimachinery.objects import Object
from tutor.cluster.account_tokens import WARN_ONLY
from tutor.cluster.apiserver import references
from tutor.cluster.apiserver.admission import mirror_pods, mountable
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'


class ServiceAccount(Plugin):
    name = 'ServiceAccount'
    resources = frozenset({('', 'pods')})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        spec = obj.get('spec') or {}
        if old is not None or scope.info.subresource or mirror_pods.is_mirror(obj):
            return
        name = spec.setdefault('serviceAccountName', 'default')
        spec['serviceAccount'] = name
        account = self.server.stores.of('', 'serviceaccounts').find(context.namespace, name)
        if account is None:
            raise refused(scope, obj, f'error looking up service account {context.namespace}/{name}: serviceaccount '
                                      f'"{name}" not found')
        if self._mounts_token(spec, account):
            self._mount_token(spec, context)
        if not spec.get('imagePullSecrets') and account.get('imagePullSecrets'):
            spec['imagePullSecrets'] = [dict(reference) for reference in account['imagePullSecrets']]

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        """What shows a pod of a kubelet names nothing that only the API server knows, and the pods of a strict account
        name no secrets but its own."""
        if scope.info.subresource != ('' if old is None else 'ephemeralcontainers'):
            return
        spec = obj.get('spec') or {}
        if mirror_pods.is_mirror(obj):
            problem = _of_mirror(obj) if old is None else ''
        else:
            account = self.server.stores.of('', 'serviceaccounts').find(
                context.namespace, spec.get('serviceAccountName', ''))
            problem = mountable.problem(spec, account or {}, grown=old is not None)
        if problem:
            raise refused(scope, obj, problem)

    def _mounts_token(self, spec: Object, account: Object) -> bool:
        own = spec.get('automountServiceAccountToken')
        return own if own is not None else account.get('automountServiceAccountToken', True)

    def _mount_token(self, spec: Object, context: Context) -> None:
        volumes = spec.get('volumes') or []
        found = next((v['name'] for v in volumes if v.get('name', '').startswith('kube-api-access-')), None)
        volume = found or f'kube-api-access-{names.random_suffix(context.simulation.random)}'
        mounted = False
        for container in [*(spec.get('initContainers') or ()), *(spec.get('containers') or ())]:
            mounts = container.setdefault('volumeMounts', []) or []
            container['volumeMounts'] = mounts
            if not any(mount.get('mountPath') == TOKEN_PATH for mount in mounts):
                mounts.append({'mountPath': TOKEN_PATH, 'name': volume, 'readOnly': True})
                mounted = True
            elif not mounts:
                del container['volumeMounts']
        if mounted and not found:
            spec['volumes'] = [*volumes, {'name': volume, 'projected': _TOKEN_SOURCE}]


def _of_mirror(pod: Object) -> str:
    """Why nobody may make such a mirror pod."""
    spec = pod['spec']
    if spec.get('serviceAccountName'):
        return 'a mirror pod may not reference service accounts'
    if any(references.secrets(pod)):
        return 'a mirror pod may not reference secrets'
    projected = any('serviceAccountToken' in source for volume in spec.get('volumes') or ()
                    for source in references.projected(volume))
    return 'a mirror pod may not use ServiceAccountToken volume projections' if projected else ''


_NAMESPACE = {'path': 'namespace', 'fieldRef': {'apiVersion': 'v1', 'fieldPath': 'metadata.namespace'}}
_TOKEN_SOURCE = {'defaultMode': 420, 'sources': [
    {'serviceAccountToken': {'expirationSeconds': WARN_ONLY, 'path': 'token'}},
    {'configMap': {'items': [{'key': 'ca.crt', 'path': 'ca.crt'}], 'name': 'kube-root-ca.crt'}},
    {'downwardAPI': {'items': [_NAMESPACE]}},
]}
"""TokenVolumeSource, shared by all pods: there are many."""
