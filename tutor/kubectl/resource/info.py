"""One object that a command works on: where it lives on the server, and its latest known state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.errors import PageNotFound, StatusError, unexpected
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.resources import Resource
from tutor.client.client import Client, checked_name
from tutor.client.transport import JSON, MERGE_PATCH


@dataclass(slots=True)
class Info:
    """resource.Info. `obj` is shared when it came from the server, and private when it came from a file. What a file
    gives no version (`versionless`) is asked for where no server has anything: below the version that it lacks."""

    client: Client | None
    resource: Resource | None
    namespace: str = ''
    name: str = ''
    source: str = ''
    obj: Object | None = None
    subresource: str = ''
    accept: str = JSON
    versionless: bool = False
    query: dict[str, Any] = field(default_factory=dict)

    @property
    def mapping(self) -> Resource:
        assert self.resource is not None
        return self.resource

    @property
    def object(self) -> Object:
        assert self.obj is not None
        return self.obj

    @property
    def namespaced(self) -> bool:
        return self.resource.namespaced if self.resource is not None else bool(self.namespace)

    @property
    def resource_version(self) -> str:
        return ((self.obj or {}).get('metadata') or {}).get('resourceVersion', '')

    @property
    def gvk(self) -> tuple[str, str, str]:
        return self.mapping.group, self.mapping.version, self.mapping.kind

    def object_name(self) -> str:
        """Info.ObjectName: 'deployments/web'."""
        return f'{self.mapping.plural}/{self.name}'

    def __str__(self) -> str:
        basic = f'Name: "{self.name}", Namespace: "{self.namespace}"'
        if self.resource is None:
            return basic
        return (f'Resource: "{gvr_text(self.resource)}", GroupVersionKind: "{gvk_text(self.resource)}"\n{basic}')

    # -- requests -----------------------------------------------------------------------------------------------

    def path(self, subresource: str = '') -> str:
        return self.mapping.path(self.namespace, self.checked_name(), subresource or self.subresource)

    def checked_name(self) -> str:
        return checked_name(self.name)

    def request(self, method: str, path: str, body: Any = None, content_type: str = JSON, **query: Any) -> Any:
        assert self.client is not None
        if self.versionless:
            asked = f'{method.lower()} {self.mapping.plural} {"" if method == "POST" else self.name}'
            raise unexpected(404, PageNotFound.TEXT, asked.strip())
        return self.client.request(method, path, body, content_type, self.accept, **query).body

    def get(self) -> Object:
        """Fetch it; when neither it nor its namespace is there, the namespace is what is missed (Info.Get)."""
        assert self.client is not None
        try:
            self.obj = self.request('GET', self.path(), **self.query)
        except StatusError as error:
            if error.code == 404 and self.namespace not in ('', 'default'):
                self._require_namespace()
            raise
        return self.object

    def _require_namespace(self) -> None:
        assert self.client is not None
        try:
            self.client.get('namespaces', self.namespace)
        except StatusError as error:
            if error.reason == 'NotFound':
                raise

    def create(self, obj: Object | None = None, **query: Any) -> Object:
        path = self.mapping.path(self.namespace)
        return self.refresh(self.request('POST', path, obj or self.object, **query))

    def replace(self, obj: Object, **query: Any) -> Object:
        return self.refresh(self.request('PUT', self.path(), obj, **query))

    def patch(self, body: Any, content_type: str = MERGE_PATCH, **query: Any) -> Object:
        return self.refresh(self.request('PATCH', self.path(), body, content_type, **query))

    def delete(self, options: Object | None = None, **query: Any) -> Object:
        return self.request('DELETE', self.path(), options, **query)

    def refresh(self, obj: Object) -> Object:
        """Info.Refresh: this is its latest state."""
        meta = obj.get('metadata') or {}
        self.obj = obj
        self.name = meta.get('name', self.name)
        self.namespace = meta.get('namespace', '')
        return obj

    def copy(self) -> Object:
        """The object to change."""
        return deep_copy(self.object)

    def set_namespace(self, namespace: str) -> None:
        """UpdateObjectNamespace; only what came from a file is ever changed."""
        self.namespace = namespace
        meta = self.object.get('metadata') if self.obj is not None else None
        if not self.source or meta is None or meta.get('namespace', '') == namespace:
            return
        if namespace:
            meta['namespace'] = namespace
        else:
            meta.pop('namespace', None)


def kind_text(resource: Resource) -> str:
    """'deployment.apps', 'pod': the kind in lower case and its group, as the name printer writes it."""
    kind = resource.kind.lower()
    return f'{kind}.{resource.group}' if resource.group else kind


def gvr_text(resource: Resource) -> str:
    """GroupVersionResource.String."""
    return f'{resource.group}/{resource.version}, Resource={resource.plural}'


def gvk_text(resource: Resource) -> str:
    """GroupVersionKind.String."""
    return f'{resource.group}/{resource.version}, Kind={resource.kind}'
