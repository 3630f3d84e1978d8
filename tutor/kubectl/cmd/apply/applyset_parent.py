"""The parent of an ApplySet: the Secret, ConfigMap or custom resource that knows what is in the set."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tutor.apimachinery import base64url
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import annotations, labels
from tutor.apimachinery.resources import Resource
from tutor.kubectl.errors import KubectlError, aggregate, error_text, with_prefix
from tutor.kubectl.factory import Factory
from tutor.kubectl.resource.info import gvr_text

DOMAIN = 'applyset.kubernetes.io'
PARENT_ID, PARENT_TYPE, TOOLING = f'{DOMAIN}/id', f'{DOMAIN}/is-parent-type', f'{DOMAIN}/tooling'
KINDS, NAMESPACES = f'{DOMAIN}/contains-group-kinds', f'{DOMAIN}/additional-namespaces'
RESOURCES = f'{DOMAIN}/contains-group-resources'
TOOL_NAME = 'kubectl'
TOOL = f'{TOOL_NAME}/v1.36.1'
BUILT_IN = (('', 'secrets'), ('', 'configmaps'))


@dataclass(frozen=True)
class Parent:
    name: str
    resource: Resource
    namespace: str

    @property
    def id(self) -> str:
        text = '.'.join((self.name, self.namespace, self.resource.kind, self.resource.group))
        digest = hashlib.sha256(text.encode()).digest()
        return f'applyset-{base64url.encode(digest)}-v1'

    @property
    def built_in(self) -> bool:
        return (self.resource.group, self.resource.plural) in BUILT_IN

    def __str__(self) -> str:
        return f'{self.resource.plural}.{self.resource.group}/{self.name}'


def parse(factory: Factory, argument: str, namespace: str) -> Parent:
    """ParseApplySetParentRef: '[RESOURCE][.GROUP]/NAME', a Secret by default. Raises KubectlError."""
    kind, slash, name = argument.partition('/')
    prefix = f'invalid parent reference "{argument}"'
    if not slash:
        kind, name = 'secrets', argument
    if not name:
        raise KubectlError(f'{prefix}: name cannot be blank')
    try:
        resource = factory.mapper.find(kind)
    except KubectlError:
        plural, _, group = kind.partition('.')
        raise KubectlError(f'{prefix}: no matches for {group}/, Resource={plural}') from None
    return Parent(name, resource, namespace if resource.namespaced else '')


def validate(factory: Factory, parent: Parent) -> None:
    """ApplySet.Validate: a namespace, and a kind that may be a parent."""
    problems: list[Exception] = []
    if parent.resource.namespaced and not parent.namespace:
        problems.append(KubectlError('namespace is required to use namespace-scoped ApplySet'))
    if not parent.built_in:
        try:
            allowed = {item['metadata']['name'] for item in factory.client.items(
                factory.mapper.for_kind('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition'), '', PARENT_TYPE)}
        except StatusError as error:
            allowed = set()
            problems.append(with_prefix('identifying allowed custom resource parent types', error))
        if f'{parent.resource.plural}.{parent.resource.group}' not in allowed:
            problems.append(KubectlError(f'resource "{gvr_text(parent.resource)}" is not permitted as an ApplySet '
                                         'parent'))
    problem = aggregate(problems)
    if problem is not None:
        raise problem


def contents(factory: Factory, parent: Parent) -> tuple[dict[str, Resource], set[str]]:
    """fetchParent: the kinds and namespaces of its members; nothing when there is no parent yet."""
    try:
        found = factory.client.get(parent.resource, parent.name, parent.namespace)
    except StatusError as error:
        if error.reason != 'NotFound':
            raise with_prefix(f'failed to fetch ApplySet parent object "{parent}"', error) from None
        if not parent.built_in:
            raise KubectlError('custom resource ApplySet parents cannot be created automatically') from None
        return {}, set()
    notes, marked = annotations(found), labels(found).get(PARENT_ID)
    who = f'ApplySet parent object "{parent}"'
    if TOOLING not in notes:
        raise KubectlError(f'{who} already exists and is missing required annotation "{TOOLING}"')
    tool = notes[TOOLING].rpartition('/')[0] or notes[TOOLING]
    if tool != TOOL_NAME:
        raise KubectlError(f'{who} already exists and is managed by tooling "{tool}" instead of "{TOOL_NAME}"')
    if marked is None:
        raise KubectlError(f'{who} exists and does not have required label {PARENT_ID}')
    if marked != parent.id:
        raise KubectlError(f'{who} exists and has incorrect value for label "{PARENT_ID}" '
                           f'(got: {marked}, want: {parent.id})')
    try:
        kinds = _kinds(factory, notes)
    except KubectlError as error:
        raise KubectlError(f'parsing ApplySet annotation on "{parent}": {error}') from None
    spaces = {space for space in notes.get(NAMESPACES, '').split(',') if space}
    return kinds, spaces | ({parent.namespace} if parent.namespace else set())


def _kinds(factory: Factory, notes: dict[str, str]) -> dict[str, Resource]:
    """parseKindAnnotation; an older kubectl listed resources and not kinds."""
    if KINDS not in notes:
        if notes.get(RESOURCES):
            return _of_resources(factory, notes[RESOURCES])
        raise KubectlError(f'kubectl requires the "{KINDS}" annotation to be set on all ApplySet parent objects')
    found = {}
    for text in filter(None, notes[KINDS].split(',')):
        kind, _, group = text.partition('.')
        try:
            found[text] = factory.mapper.for_kind(group, None, kind)
        except KubectlError as error:
            raise KubectlError(f'could not find mapping for kind in "{KINDS}" annotation: '
                               f'{error_text(error)}') from None
    return found


def _of_resources(factory: Factory, text: str) -> dict[str, Resource]:
    found = {}
    for item in text.split(','):
        plural, _, group = item.partition('.')
        try:
            resource = factory.mapper.find(item)
        except KubectlError:
            raise KubectlError(f'invalid group resource in "{RESOURCES}" annotation: no matches for '
                               f'{group}/, Resource={plural}') from None
        found[f'{resource.kind}.{resource.group}' if resource.group else resource.kind] = resource
    return found
