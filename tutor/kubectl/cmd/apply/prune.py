"""kubectl apply --prune: deletes what was applied before and is in no file any more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.kubectl.annotation import original_configuration
from tutor.kubectl.cascade import delete_options
from tutor.kubectl.dry_run import CLIENT, query_for
from tutor.kubectl.errors import ERRORS, KubectlError, error_text
from tutor.kubectl.klog import log_warning
from tutor.kubectl.printers.print_flags import printer_for

if TYPE_CHECKING:
    from tutor.kubectl.cmd.apply import ApplyOptions
    from tutor.kubectl.factory import Factory

Kinds = list[tuple[str, str, str]]
NAMESPACED: Kinds = [
    ('', 'v1', 'ConfigMap'), ('', 'v1', 'Endpoints'), ('', 'v1', 'PersistentVolumeClaim'), ('', 'v1', 'Pod'),
    ('', 'v1', 'ReplicationController'), ('', 'v1', 'Secret'), ('', 'v1', 'Service'), ('batch', 'v1', 'Job'),
    ('batch', 'v1', 'CronJob'), ('networking.k8s.io', 'v1', 'Ingress'), ('apps', 'v1', 'DaemonSet'),
    ('apps', 'v1', 'Deployment'), ('apps', 'v1', 'ReplicaSet'), ('apps', 'v1', 'StatefulSet')]
NOT_NAMESPACED: Kinds = [('', 'v1', 'Namespace'), ('', 'v1', 'PersistentVolume')]
DEPRECATED = ('Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the '
              '--namespace flag in a future release. To preserve the current behaviour, list the resources you want '
              'to target explicitly in the --prune-allowlist flag.')


def parse_allowlist(factory: Factory, values: tuple[str, ...]) -> list[Resource]:
    """prune.ParseResources."""
    found: list[Resource] = []
    for value in values:
        parts = value.split('/')
        if len(parts) != 3:
            raise KubectlError(f'invalid GroupVersionKind format: {value}, please follow <group/version/kind>')
        found.append(factory.mapper.for_kind('' if parts[0] == 'core' else parts[0], parts[1], parts[2]))
    return found


def prune(options: ApplyOptions) -> None:
    """pruner.pruneAll: in each namespace that was applied to, then where there are none."""
    warn_of_others(options.factory, options.allowlist, options.namespace)
    factory = options.factory
    for mapping, namespace in places(factory, options.allowlist, options.visited_namespaces):
        try:
            for obj in candidates(factory, mapping, namespace, options.flags['selector'], options.visited_uids):
                _delete(options, mapping, obj)
        except ERRORS as error:
            kind = f'{mapping.group}/{mapping.version}, Kind={mapping.kind}'
            scope = 'namespaced' if mapping.namespaced else 'nonNamespaced'
            raise KubectlError(f'error pruning {scope} object {kind}: {error_text(error)}') from None


def warn_of_others(factory: Factory, allowlist: list[Resource], namespace: str) -> None:
    """GetRESTMappings: the kinds by default have some without a namespace among them."""
    if not allowlist and namespace:
        log_warning(factory, 'prune.go:71', DEPRECATED)


def places(factory: Factory, allowlist: list[Resource], namespaces: list[str]) -> Iterator[tuple[Resource, str]]:
    """Where to look for what is to go: each resource, and the namespace or ''."""
    mappings = allowlist or [factory.mapper.for_kind(*kind) for kind in NAMESPACED + NOT_NAMESPACED]
    for namespace in sorted(namespaces):
        yield from ((mapping, namespace) for mapping in mappings if mapping.namespaced)
    yield from ((mapping, '') for mapping in mappings if not mapping.namespaced)


def candidates(factory: Factory, mapping: Resource, namespace: str, selector: str,
               visited: set[str]) -> Iterator[Object]:
    """What was applied once, and not this time."""
    for obj in factory.client.items(mapping, namespace, selector):
        if original_configuration(obj) is not None and obj['metadata'].get('uid') not in visited:
            yield {'apiVersion': mapping.group_version, 'kind': mapping.kind, **obj}


def _delete(options: ApplyOptions, mapping: Resource, obj: Object) -> None:
    meta = obj['metadata']
    if options.dry_run != CLIENT:
        options.factory.client.delete(mapping, meta['name'], meta.get('namespace', ''),
                                      delete_options(options.policy, options.flags['grace-period']),
                                      **query_for(options.dry_run))
    printer_for(options.factory, 'pruned', options.dry_run).print(obj, options.out)
