"""kubectl apply --prune: deletes what was applied before and is in no file any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.kubectl.annotation import original_configuration
from tutor.kubectl.cascade import delete_options
from tutor.kubectl.dry_run import CLIENT, log_warning, query_for
from tutor.kubectl.errors import ERRORS, KubectlError, error_text
from tutor.kubectl.printers.print_flags import printer_for

if TYPE_CHECKING:
    from tutor.kubectl.cmd.apply import ApplyOptions

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


def parse_allowlist(values: tuple[str, ...]) -> Kinds:
    """prune.ParseResources."""
    found: Kinds = []
    for value in values:
        parts = value.split('/')
        if len(parts) != 3:
            raise KubectlError(f'invalid GroupVersionKind format: {value}, please follow <group/version/kind>')
        found.append(('' if parts[0] == 'core' else parts[0], parts[1], parts[2]))
    return found


def prune(options: ApplyOptions) -> None:
    """pruner.pruneAll: in each namespace that was applied to, then where there are none."""
    kinds = options.allowlist
    if not kinds:
        kinds = NAMESPACED + NOT_NAMESPACED
        if options.namespace:
            log_warning(options.factory, 'prune.go:71', DEPRECATED)
    mappings = [options.factory.mapper.for_kind(*kind) for kind in kinds]
    for namespace in sorted(options.visited_namespaces):
        for mapping in mappings:
            if mapping.namespaced:
                _prune(options, mapping, namespace, 'namespaced')
    for mapping in mappings:
        if not mapping.namespaced:
            _prune(options, mapping, '', 'nonNamespaced')


def _prune(options: ApplyOptions, mapping: Resource, namespace: str, scope: str) -> None:
    try:
        for obj in options.factory.client.items(mapping, namespace, options.flags['selector']):
            if original_configuration(obj) is not None and obj['metadata'].get('uid') not in options.visited_uids:
                _delete(options, mapping, {'apiVersion': mapping.group_version, 'kind': mapping.kind, **obj})
    except ERRORS as error:
        kind = f'{mapping.group}/{mapping.version}, Kind={mapping.kind}'
        raise KubectlError(f'error pruning {scope} object {kind}: {error_text(error)}') from None


def _delete(options: ApplyOptions, mapping: Resource, obj: Object) -> None:
    meta = obj['metadata']
    if options.dry_run != CLIENT:
        options.factory.client.delete(mapping, meta['name'], meta.get('namespace', ''),
                                      delete_options(options.policy, options.flags['grace-period']),
                                      **query_for(options.dry_run))
    printer_for(options.factory, 'pruned', options.dry_run).print(obj, options.out)
