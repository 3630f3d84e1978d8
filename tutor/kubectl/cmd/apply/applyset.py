"""kubectl apply --prune --applyset: an object on the server knows what was applied together (apply.ApplySet)."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations, labels
from tutor.apimachinery.resources import Resource
from tutor.client.transport import APPLY_PATCH
from tutor.kubectl.cascade import delete_options
from tutor.kubectl.dry_run import CLIENT, query_for
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info

if TYPE_CHECKING:
    from tutor.kubectl.cmd.apply import ApplyOptions

DOMAIN = 'applyset.kubernetes.io'
PARENT_ID, PART_OF = f'{DOMAIN}/id', f'{DOMAIN}/part-of'
TOOLING, KINDS, NAMESPACES = f'{DOMAIN}/tooling', f'{DOMAIN}/contains-group-kinds', f'{DOMAIN}/additional-namespaces'
TOOL = 'kubectl/v1.36.1'
MANAGER = 'kubectl-applyset'


class ApplySet:
    """One set. `argument` names its parent: a Secret, or 'configmaps/name', or a custom resource."""

    def __init__(self, options: ApplyOptions, argument: str) -> None:
        self._options = options
        kind, _, name = argument.rpartition('/')
        self.name = name
        self.resource: Resource = options.factory.mapper.find(kind or 'secrets')
        self.namespace = options.namespace if self.resource.namespaced else ''
        self._before: set[str] = set()
        self._spaces: set[str] = set()

    @property
    def id(self) -> str:
        text = '.'.join((self.name, self.namespace, self.resource.kind, self.resource.group))
        digest = hashlib.sha256(text.encode()).digest()
        return f'applyset-{base64.urlsafe_b64encode(digest).decode().rstrip("=")}-v1'

    def begin(self, infos: list[Info]) -> None:
        """Read the parent, tell it what will be in the set too, and mark the objects as its members."""
        self._read_parent()
        self._write_parent(self._before | _kinds(infos), self._spaces | self._of(infos))
        for info in infos:
            found = labels(info.object)
            if found.get(PART_OF, self.id) != self.id:
                raise KubectlError(f'label "{PART_OF}" already set in input data with value "{found[PART_OF]}"')
            info.object.setdefault('metadata', {}).setdefault('labels', {})[PART_OF] = self.id

    def finish(self, infos: list[Info]) -> None:
        """Delete the members that were not applied this time; then the parent holds only what is left."""
        for kind in sorted(self._before | _kinds(infos)):
            name, _, group = kind.partition('.')
            resource = self._options.factory.mapper.for_kind(group, '', name)
            spaces = sorted({self.namespace, *self._spaces, *self._of(infos)}) if resource.namespaced else ['']
            for namespace in spaces:
                self._prune(resource, namespace)
        if self._options.dry_run != CLIENT:
            self._write_parent(_kinds(infos), self._of(infos))

    def _of(self, infos: list[Info]) -> set[str]:
        return {info.namespace for info in infos if info.namespaced} - {self.namespace}

    def _prune(self, resource: Resource, namespace: str) -> None:
        options = self._options
        for obj in options.factory.client.items(resource, namespace, f'{PART_OF}={self.id}'):
            if obj['metadata'].get('uid') in options.visited_uids:
                continue
            if options.dry_run != CLIENT:
                options.factory.client.delete(resource, obj['metadata']['name'], namespace,
                                              delete_options(options.policy), **query_for(options.dry_run))
            shown = {'apiVersion': resource.group_version, 'kind': resource.kind, **obj}
            printer_for(options.factory, 'pruned', options.dry_run).print(shown, options.out)

    # -- the parent ---------------------------------------------------------------------------------------------

    def _read_parent(self) -> None:
        try:
            parent = self._options.factory.client.get(self.resource, self.name, self.namespace)
        except StatusError as error:
            if error.reason != 'NotFound':
                raise
            return
        shown = f'{self.resource.plural}{"." + self.resource.group if self.resource.group else ""}/{self.name}'
        found, marked = annotations(parent), labels(parent).get(PARENT_ID)
        if marked is None:
            raise KubectlError(f'ApplySet parent object "{shown}" exists and is missing required label {PARENT_ID}')
        if marked != self.id:
            raise KubectlError(f'ApplySet parent object "{shown}" exists and has incorrect value for label '
                               f'"{PARENT_ID}" (got: {marked}, want: {self.id})')
        tool = found.get(TOOLING, '')
        if tool.partition('/')[0] != TOOL.partition('/')[0]:
            raise KubectlError(f'ApplySet parent object "{shown}" already exists and is managed by tooling "{tool}" '
                               f'instead of "{TOOL.partition("/")[0]}"')
        self._before = {kind for kind in found.get(KINDS, '').split(',') if kind}
        self._spaces = {space for space in found.get(NAMESPACES, '').split(',') if space}

    def _write_parent(self, kinds: set[str], namespaces: set[str]) -> None:
        if self._options.dry_run == CLIENT:
            return
        meta: Object = {
            'name': self.name, 'labels': {PARENT_ID: self.id},
            'annotations': {TOOLING: TOOL, KINDS: ','.join(sorted(kinds)),
                            NAMESPACES: ','.join(sorted(namespaces))}}
        if self.namespace:
            meta['namespace'] = self.namespace
        body = {'apiVersion': self.resource.group_version, 'kind': self.resource.kind, 'metadata': meta}
        self._options.factory.client.patch(
            self.resource, self.name, body, self.namespace, content_type=APPLY_PATCH,
            **query_for(self._options.dry_run, fieldManager=MANAGER, force='true'))


def _kinds(infos: list[Info]) -> set[str]:
    """GroupKind.String of each: 'ConfigMap', 'Deployment.apps'."""
    return {f'{info.mapping.kind}.{info.mapping.group}' if info.mapping.group else info.mapping.kind
            for info in infos}
