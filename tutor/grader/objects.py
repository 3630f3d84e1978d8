"""Finds the objects that a check speaks of."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, model_validator

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.resources import RESOURCES, Resource
from tutor.client.client import Client
from tutor.course.words import Strict, Text
from tutor.grader.results import Result
from tutor.grader.view import View

Object = dict[str, Any]


def _selector_text(value: Any) -> Any:
    return ','.join(f'{key}={one}' for key, one in value.items()) if isinstance(value, dict) else value


Selector = Annotated[str, BeforeValidator(_selector_text)]
"""A label selector as `kubectl -l` takes it; a mapping of labels is one too."""


class Check(Strict):
    """What every type of check has. `evaluate` looks, and changes nothing."""

    id: str
    type: str
    title: Text
    needs: tuple[str, ...] = ()

    polled: ClassVar[bool] = False
    """Whether time alone may change its answer, without a change of the cluster's objects or of the shell."""
    leaves_traces: ClassVar[bool] = False
    """Whether looking can be noticed: in an access log, say. Then it looks no more often than it must."""

    async def evaluate(self, view: View) -> Result:
        raise NotImplementedError


class Target(Check):
    """A check of objects: which ones."""

    kind: str
    apiVersion: str = ''
    namespace: str = 'default'
    name: str = ''
    selector: Selector = ''

    @model_validator(mode='after')
    def _one_way_to_name_it(self) -> Target:
        if self.name and self.selector:
            raise ValueError('name or selector, not both')
        return self

    @property
    def subject(self) -> Text:
        """The kind and the name, with the namespace where it is not the default one."""
        which = self.name or (f'({self.selector})' if self.selector else '')
        return placed(f'{self.kind} {which}'.strip(), '' if self.kind.lower() in CLUSTER_SCOPED else self.namespace)

    def of(self, found: Object) -> Self:
        """The same check of one object that the selector has found."""
        return self.model_copy(update={'name': found['metadata']['name'], 'selector': ''})

    def objects(self, view: View) -> list[Object]:
        """Those that are there: the one of that name, or those the selector finds."""
        resource = resolve(view.client, self.kind, self.apiVersion)
        namespace = self.namespace if resource.namespaced else ''
        if self.name:
            found = view.client.find(resource, self.name, namespace)
            return [found] if found else []
        return view.client.items(resource, namespace, labels=self.selector)


def placed(subject: str, namespace: str) -> Text:
    """What is spoken of, with its namespace where that is not the default one."""
    if namespace in ('', 'default'):
        return Text.same(subject)
    return Text(zh=f'{subject}（命名空间 {namespace}）', en=f'{subject} in namespace {namespace}')


def _names(resource: Resource) -> tuple[str, ...]:
    return resource.kind.lower(), *resource.names


CLUSTER_SCOPED = frozenset(name for resource in RESOURCES if not resource.namespaced for name in _names(resource))


def resolve(client: Client, kind: str, api_version: str = '') -> Resource:
    """The resource of a kind, plural or short name: built in, or else what the server discovers."""
    wanted = kind.lower()

    def fits(resource: Resource) -> bool:
        return wanted in _names(resource) and api_version in ('', resource.group_version)

    for resource in RESOURCES:
        if fits(resource):
            return resource
    for resource in _discover(client, api_version):
        if fits(resource):
            return resource
    raise UnknownKind(kind)


class UnknownKind(Exception):
    """Neither built in nor, at this moment, served."""


def _discover(client: Client, api_version: str) -> list[Resource]:
    """What custom resource definitions add."""
    try:
        groups = client.request('GET', '/apis').body.get('groups') or []
        versions = [api_version] if api_version else [group['preferredVersion']['groupVersion'] for group in groups]
        return [_resource(version, entry) for version in versions
                for entry in client.request('GET', f'/apis/{version}').body.get('resources') or []
                if '/' not in entry['name']]
    except StatusError:
        return []


def _resource(group_version: str, entry: dict[str, Any]) -> Resource:
    group, _, version = group_version.rpartition('/')
    return Resource(group, version, entry['name'], entry.get('singularName', ''), entry['kind'], entry['namespaced'],
                    short_names=tuple(entry.get('shortNames') or ()))
