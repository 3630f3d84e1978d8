"""REST verbs over a Transport: what controllers, kubectl, checks and screens all use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tutor.apimachinery.errors import StatusError, ignoring_not_found, unexpected
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource, find
from tutor.client.transport import (
    ADMIN,
    JSON,
    MERGE_PATCH,
    ByteStream,
    ExecSession,
    Request,
    Response,
    Transport,
    User,
    WatchStream,
)

RESOURCE_PATH = re.compile('/(?:api|apis/([^/]+))/[^/]+(?:/namespaces/[^/]+)?/([^/]+)(?:/([^/]+)(?:/.*)?)?')


class InvalidName(ValueError):
    """A name that cannot stand in a path: nothing is asked of the server (rest.Request.Name)."""


def checked_name(name: str) -> str:
    """The name; raises InvalidName when it is none that a path can hold (rest.IsValidPathSegmentName)."""
    if not name:
        raise InvalidName('resource name may not be empty')
    problems = [f"may not be '{name}'"] if name in ('.', '..') else \
        [f"may not contain '{char}'" for char in '/%' if char in name]
    if problems:
        raise InvalidName(f'invalid resource name "{name}": [{" ".join(problems)}]')
    return name


class Client:
    """Talks to one API server as one user. A resource is a Resource or its name: 'pods', 'deployments.apps'.

    All methods raise StatusError for what the server refuses, and those for one object InvalidName. What they return
    is shared and must not be changed.
    `manager` is the field manager of writes; `agent` what the request says it comes from.
    """

    def __init__(self, transport: Transport, user: User = ADMIN, manager: str = '', agent: str = '') -> None:
        self.transport = transport
        self.user = user
        self.manager = manager
        self.agent = agent or manager
        self._prefixes: dict[Any, tuple[str, str, bool]] = {}

    # -- one object ---------------------------------------------------------------------------------------------

    def get(self, resource: str | Resource, name: str, namespace: str = '', subresource: str = '') -> Object:
        return self.request('GET', self.path(resource, namespace, name, subresource)).body

    def find(self, resource: str | Resource, name: str, namespace: str = '') -> Object | None:
        """The object, or None when there is none."""
        try:
            return self.get(resource, name, namespace)
        except StatusError as error:
            if error.code == 404:
                return None
            raise

    def create(self, resource: str | Resource, obj: Object, namespace: str = '', name: str = '',
               subresource: str = '', **query: Any) -> Object:
        space = namespace or obj.get('metadata', {}).get('namespace', '')
        return self.request('POST', self.path(resource, space, name, subresource), obj, **query).body

    def update(self, resource: str | Resource, obj: Object, subresource: str = '', **query: Any) -> Object:
        meta = obj['metadata']
        path = self.path(resource, meta.get('namespace', ''), meta['name'], subresource)
        return self.request('PUT', path, obj, **query).body

    def update_status(self, resource: str | Resource, obj: Object, **query: Any) -> Object:
        return self.update(resource, obj, 'status', **query)

    def patch(self, resource: str | Resource, name: str, body: Any, namespace: str = '', subresource: str = '',
              content_type: str = MERGE_PATCH, **query: Any) -> Object:
        path = self.path(resource, namespace, name, subresource)
        return self.request('PATCH', path, body, content_type, **query).body

    def delete(self, resource: str | Resource, name: str, namespace: str = '', options: Object | None = None,
               **query: Any) -> Object:
        return self.request('DELETE', self.path(resource, namespace, name), options, **query).body

    def remove(self, resource: str | Resource, obj: Object, **options: Any) -> None:
        """Delete an object if it has not gone already; `options` are those of metav1.DeleteOptions."""
        meta = obj['metadata']
        with ignoring_not_found():
            self.delete(resource, meta['name'], meta.get('namespace', ''),
                        delete_options(**options) if options else None)

    # -- many ---------------------------------------------------------------------------------------------------

    def list(self, resource: str | Resource, namespace: str = '', labels: str = '', fields: str = '',
             **query: Any) -> Object:
        """A List object; `labels` and `fields` are selectors as kubectl takes them."""
        _selectors(query, labels, fields)
        return self.request('GET', self.path(resource, namespace), **query).body

    def items(self, resource: str | Resource, namespace: str = '', labels: str = '', fields: str = '') -> list[Object]:
        """The items of a list, each with its apiVersion and kind left as stored."""
        return self.list(resource, namespace, labels, fields).get('items') or []

    def delete_collection(self, resource: str | Resource, namespace: str = '', labels: str = '', fields: str = '',
                          options: Object | None = None, **query: Any) -> Object:
        _selectors(query, labels, fields)
        return self.request('DELETE', self.path(resource, namespace), options, **query).body

    def watch(self, resource: str | Resource, namespace: str = '', labels: str = '', fields: str = '',
              resource_version: str = '', **query: Any) -> WatchStream:
        _selectors(query, labels, fields)
        query['watch'] = 'true'
        if resource_version:
            query['resourceVersion'] = resource_version
        return self.transport.watch(self._build('GET', self.path(resource, namespace), query=query))

    def follow(self, path: str, **query: Any) -> WatchStream:
        """The events at any path."""
        return self.transport.watch(self._build('GET', path, query=query))

    # -- streams ------------------------------------------------------------------------------------------------

    def stream(self, path: str, **query: Any) -> ByteStream:
        return self.transport.stream(self._build('GET', path, query=query))

    def connect(self, path: str, **query: Any) -> ExecSession:
        return self.transport.connect(self._build('POST', path, query=query))

    # -- anything -----------------------------------------------------------------------------------------------

    def request(self, method: str, path: str, body: Any = None, content_type: str = JSON, accept: str = JSON,
                **query: Any) -> Response:
        """Any request; raises StatusError when the answer is an error, in client-go's words if that is no Status."""
        if self.manager and method != 'GET' and method != 'DELETE' and 'fieldManager' not in query:
            query['fieldManager'] = self.manager
        return self._answered(self._build(method, path, body, content_type, accept, query))

    def raw(self, method: str, path: str, body: Any = None, **query: Any) -> Response:
        """A request to a path of which nothing is known; raises StatusError."""
        return self._answered(self._build(method, path, body, query=query), raw=True)

    def _answered(self, request: Request, raw: bool = False) -> Response:
        response = self.transport.send(request)
        if response.status < 400:
            return response
        if isinstance(response.body, dict):
            raise StatusError(response.body)
        asked = '' if raw else _asked(request.method, request.path)
        raise unexpected(response.status, _text(response.body), asked)

    def path(self, resource: str | Resource, namespace: str = '', name: str = '', subresource: str = '') -> str:
        """The URL path of a resource, an object or its subresource."""
        known = self._prefixes.get(resource)
        if known is None:
            known = self._prefixes[resource] = _prefix(resource)
        prefix, plural, namespaced = known
        path = f'{prefix}/namespaces/{namespace}/{plural}' if namespaced and namespace else f'{prefix}/{plural}'
        if name:
            path = f'{path}/{checked_name(name)}'
        return f'{path}/{subresource}' if subresource else path

    def _build(self, method: str, path: str, body: Any = None, content_type: str = JSON, accept: str = JSON,
               query: dict[str, Any] | None = None) -> Request:
        return Request(method, path, query or {}, body, content_type, accept, self.user, None, self.agent)


def _text(body: str | bytes) -> str:
    return body.decode('utf-8', 'replace') if isinstance(body, bytes) else body


def _asked(method: str, path: str) -> str:
    """The verb, resource and name of a request, '' for a path that is no resource's."""
    found = RESOURCE_PATH.fullmatch(path)
    if found is None:
        return ''
    group, plural, name = found.groups('')
    return ' '.join(filter(None, (method.lower(), f'{plural}.{group}'.rstrip('.'), name)))


def _selectors(query: dict[str, Any], labels: str, fields: str) -> None:
    if labels:
        query['labelSelector'] = labels
    if fields:
        query['fieldSelector'] = fields


def delete_options(**fields: Any) -> Object:
    """metav1.DeleteOptions: the body of a deletion."""
    return {'kind': 'DeleteOptions', 'apiVersion': 'v1', **fields}


def _prefix(resource: str | Resource) -> tuple[str, str, bool]:
    if isinstance(resource, str):
        plural, _, group = resource.partition('.')
        resource = find(group, plural)
    base = f'/apis/{resource.group}/{resource.version}' if resource.group else f'/api/{resource.version}'
    return base, resource.plural, resource.namespaced


def chunks(client: Client, path: str, size: int, **query: Any) -> Iterator[Object]:
    """The lists of a chunked read (limit and continue), one after the other."""
    token = ''
    while True:
        page = {**query, 'limit': str(size)} if size else dict(query)
        if token:
            page['continue'] = token
        found = client.request('GET', path, **page).body
        yield found
        token = found.get('metadata', {}).get('continue', '')
        if not token:
            return
