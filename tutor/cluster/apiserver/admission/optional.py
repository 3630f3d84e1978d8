"""Admission plugins that are on only when --enable-admission-plugins names them."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.references import CONTAINERS
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context


class NamespaceAutoProvision(Plugin):
    """Makes the namespace that something is created in, if there is none (namespace/autoprovision)."""

    name = 'NamespaceAutoProvision'

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        namespaces = self.server.stores.of('', 'namespaces')
        if old is not None or not scope.resource.namespaced or context.dry_run:
            return
        if namespaces.find('', context.namespace) is None:
            namespaces.create({'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {
                'name': context.namespace, 'labels': {'kubernetes.io/metadata.name': context.namespace}},
                'spec': {'finalizers': ['kubernetes']}, 'status': {'phase': 'Active'}}, context)
            # ServiceAccount's plugin would wait a moment for the controller; no time passes within a request.
            self.server.stores.of('', 'serviceaccounts').create({
                'apiVersion': 'v1', 'kind': 'ServiceAccount',
                'metadata': {'name': 'default', 'namespace': context.namespace}}, context)


class AlwaysPullImages(Plugin):
    """Every container has its image pulled, whoever has had it before (alwayspullimages)."""

    name = 'AlwaysPullImages'
    resources = frozenset({('', 'pods')})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if scope.info.subresource or 'spec' not in obj:
            return
        obj['spec'] = {**obj['spec'], **{name: [{**container, 'imagePullPolicy': 'Always'} for container in found]
                                         for name in CONTAINERS if (found := obj['spec'].get(name))}}


class DenyServiceExternalIPs(Plugin):
    """No Service gets further addresses from outside (denyserviceexternalips)."""

    name = 'DenyServiceExternalIPs'
    resources = frozenset({('', 'services')})

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        before = ((old or {}).get('spec') or {}).get('externalIPs') or []
        if set(obj['spec'].get('externalIPs') or ()) - set(before):
            raise refused(scope, obj, 'Use of external IPs is denied by admission control.')
