"""kubectl apply --prune --applyset: an object on the server knows what was applied together (apply.ApplySet)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, labels
from tutor.apimachinery.resources import Resource
from tutor.client.transport import APPLY_PATCH
from tutor.kubectl.cascade import delete_options
from tutor.kubectl.cmd.apply.applyset_parent import (
    KINDS,
    NAMESPACES,
    PARENT_ID,
    TOOL,
    TOOL_NAME,
    TOOLING,
    Parent,
    contents,
)
from tutor.kubectl.dry_run import CLIENT, query_for
from tutor.kubectl.errors import KubectlError, error_text, with_prefix
from tutor.kubectl.klog import log_warning
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info, gvk_text

if TYPE_CHECKING:
    from tutor.kubectl.cmd.apply import ApplyOptions

PART_OF = 'applyset.kubernetes.io/part-of'
MANAGER = f'{TOOL_NAME}-applyset'
Kinds = dict[str, Resource]
"""Group kinds ('ConfigMap', 'Deployment.apps') and their resources."""


class ApplySet:
    """One set, by its parent: what it held before this apply, and what it is to hold."""

    def __init__(self, options: ApplyOptions, parent: Parent) -> None:
        self.parent = parent
        self._options = options
        self._kinds: Kinds = {}
        self._spaces: set[str] = set()
        self._new_kinds: Kinds = {}
        self._new_spaces: set[str] = set()

    def add_labels(self, infos: list[Info]) -> None:
        """Mark objects as members of the set. Raises KubectlError."""
        for info in infos:
            if PART_OF in labels(info.object):
                raise KubectlError(f'ApplySet label "{PART_OF}" already set in input data')
            info.object.setdefault('metadata', {}).setdefault('labels', {})[PART_OF] = self.parent.id

    def before_apply(self, infos: list[Info]) -> None:
        """Let the parent hold what the set held and what it will, so that nothing is lost on the way."""
        self._kinds, self._spaces = contents(self._options.factory, self.parent)
        for info in infos:
            self._new_kinds.setdefault(_group_kind(info.mapping), info.mapping)
            if info.namespaced and info.namespace:
                self._new_spaces.add(info.namespace)
        self._update_parent({*self._kinds, *self._new_kinds}, self._spaces | self._new_spaces)

    def prune(self) -> None:
        """Delete the members that were not applied this time; then the parent holds only what is left."""
        for resource, namespace, obj in list(self._to_prune()):
            self._delete(resource, namespace, obj)
        try:
            self._update_parent(set(self._new_kinds), self._new_spaces)
        except StatusError as error:
            raise with_prefix('apply and prune succeeded, but ApplySet update failed', error) from None

    def _to_prune(self) -> Iterator[tuple[Resource, str, Object]]:
        """FindAllObjectsToPrune."""
        options = self._options
        for _, resource in sorted(self._kinds.items()):
            for namespace in sorted(self._spaces) if resource.namespaced else ['']:
                try:
                    found = options.factory.client.items(resource, namespace, f'{PART_OF}={self.parent.id}')
                except StatusError as error:
                    raise with_prefix(f'listing {gvk_text(resource)} objects for pruning', error) from None
                for obj in found:
                    if obj['metadata'].get('uid') not in options.visited_uids:
                        yield resource, namespace, obj

    def _delete(self, resource: Resource, namespace: str, obj: Object) -> None:
        options, name = self._options, obj['metadata']['name']
        if options.dry_run != CLIENT:
            try:
                options.factory.client.delete(resource, name, namespace,
                                              delete_options(options.policy, options.flags['grace-period']),
                                              **query_for(options.dry_run))
            except StatusError as error:
                place = f'{namespace}/{name}' if namespace else name
                raise with_prefix(f'pruning {_group_kind(resource)} {place}', error) from None
        shown = {'apiVersion': resource.group_version, 'kind': resource.kind, **obj}
        printer_for(options.factory, 'pruned', options.dry_run).print(shown, options.out)

    def _update_parent(self, kinds: set[str], namespaces: set[str]) -> None:
        """updateParent: what other managers have of the annotations is taken from them, with a warning."""
        if self._options.dry_run == CLIENT:
            return
        body = self._parent_patch(kinds, namespaces)
        try:
            try:
                self._send(body, 'false')
            except StatusError as error:
                if error.reason != 'Conflict':
                    raise
                log_warning(self._options.factory, 'applyset.go:476', (
                    f'WARNING: failed to update ApplySet: {error_text(error)}\nApplySet field manager {MANAGER} should '
                    'own these fields. Retrying with conflicts forced.'))
                self._send(body, 'true')
        except StatusError as error:
            raise with_prefix('failed to update ApplySet', error) from None

    def _parent_patch(self, kinds: set[str], namespaces: set[str]) -> Object:
        parent = self.parent
        meta: Object = {
            'name': parent.name, 'labels': {PARENT_ID: parent.id},
            'annotations': {TOOLING: TOOL, KINDS: ','.join(sorted(kinds)),
                            NAMESPACES: ','.join(sorted(namespaces - {parent.namespace}))}}
        if parent.namespace:
            meta['namespace'] = parent.namespace
        return {'apiVersion': parent.resource.group_version, 'kind': parent.resource.kind, 'metadata': meta}

    def _send(self, body: Object, force: str) -> None:
        query = query_for(self._options.dry_run, fieldManager=MANAGER, fieldValidation=self._options.directive,
                          force=force)
        self._options.factory.client.patch(self.parent.resource, self.parent.name, body, self.parent.namespace,
                                           content_type=APPLY_PATCH, **query)


def _group_kind(resource: Resource) -> str:
    """GroupKind.String."""
    return f'{resource.kind}.{resource.group}' if resource.group else resource.kind
