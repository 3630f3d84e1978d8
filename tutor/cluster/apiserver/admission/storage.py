"""Admission around storage and ingress classes: a default class for what names none, protection of what is in use."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.volumes import BETA_CLASS, class_of, requested
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.networking import ingressclass
from tutor.cluster.registry.storage import storageclass
from tutor.cluster.registry.strategy import Context

PROTECTION = {'persistentvolumeclaims': 'kubernetes.io/pvc-protection',
              'persistentvolumes': 'kubernetes.io/pv-protection'}


def _newest_default(classes: list[Object], *annotations: str) -> str | None:
    """The name of the class that was made last of those that an annotation makes the default."""
    defaults = [item['metadata'] for item in classes
                if any((item['metadata'].get('annotations') or {}).get(name) == 'true' for name in annotations)]
    defaults.sort(key=lambda meta: meta['name'])
    return max(defaults, key=lambda meta: meta['creationTimestamp'])['name'] if defaults else None


class DefaultStorageClass(Plugin):
    """The newest default class goes to claims that say nothing (plugin/pkg/admission/storage/storageclass)."""

    name = 'DefaultStorageClass'
    resources = frozenset({('', 'persistentvolumeclaims')})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        spec = obj.get('spec') or {}
        if old is not None or scope.info.subresource or 'storageClassName' in spec:
            return
        if BETA_CLASS in (obj['metadata'].get('annotations') or {}):
            return
        classes = self.server.stores.of('storage.k8s.io', 'storageclasses').list()
        if newest := _newest_default(classes, *storageclass.DEFAULTS):
            spec['storageClassName'] = newest


class DefaultIngressClass(Plugin):
    """The same for ingresses (plugin/pkg/admission/network/defaultingressclass)."""

    name = 'DefaultIngressClass'
    resources = frozenset({('networking.k8s.io', 'ingresses')})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        spec = obj.get('spec') or {}
        if old is not None or scope.info.subresource or 'ingressClassName' in spec:
            return
        if 'kubernetes.io/ingress.class' in (obj['metadata'].get('annotations') or {}):
            return
        if newest := _newest_default(self.server.stores.of('networking.k8s.io', 'ingressclasses').list(),
                                     ingressclass.DEFAULT):
            spec['ingressClassName'] = newest


class StorageObjectInUseProtection(Plugin):
    """Claims and volumes get the finalizer that keeps them while they are used."""

    name = 'StorageObjectInUseProtection'
    resources = frozenset({('', name) for name in PROTECTION})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if old is not None or scope.info.subresource:
            return
        wanted, meta = PROTECTION[scope.resource.plural], obj['metadata']
        if wanted not in (meta.get('finalizers') or ()):
            meta['finalizers'] = [*(meta.get('finalizers') or ()), wanted]


class PersistentVolumeClaimResize(Plugin):
    """Only what is bound, and whose class allows it, can grow (admission/storage/persistentvolume/resize)."""

    name = 'PersistentVolumeClaimResize'
    resources = frozenset({('', 'persistentvolumeclaims')})

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if old is None or scope.info.subresource or requested(obj) <= requested(old):
            return
        if (old.get('status') or {}).get('phase') != 'Bound':
            raise refused(scope, obj, 'Only bound persistent volume claims can be expanded')
        wanted = class_of(obj) if class_of(obj) == class_of(old) else ''
        found = self.server.stores.of('storage.k8s.io', 'storageclasses').find('', wanted) if wanted else None
        if not (found or {}).get('allowVolumeExpansion'):
            raise refused(scope, obj, 'only dynamically provisioned pvc can be resized and the storageclass that '
                                      'provisions the pvc must support resize')


