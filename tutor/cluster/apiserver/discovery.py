"""Paths that are no resources: discovery, version, health, metrics, OpenAPI."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tutor.apimachinery import errors
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import RESOURCES, Resource
from tutor.client.transport import Request, Response
from tutor.cluster import account_tokens
from tutor.cluster.apiserver import aggregated, health, metrics

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

TEXT = 'text/plain; charset=utf-8'
SERVED = ('api', 'apis', 'version', 'openapi', 'healthz', 'livez', 'readyz', 'metrics', '.well-known', 'openid')
"""Where paths that are no resources begin."""
ADVERTISED = '172.30.1.2:6443'
"""Where clients from elsewhere find the API server: --advertise-address and its port."""
METRICS = 'text/plain; version=0.0.4; charset=utf-8'


def answer(server: ApiServer, request: Request, info: RequestInfo) -> Response:
    """The answer to a GET of such a path; raises StatusError."""
    parts = [part for part in info.path.split('/') if part]
    if request.method not in ('GET', 'HEAD'):
        raise errors.method_not_allowed() if parts and parts[0] in SERVED else errors.PageNotFound
    if parts in (['api'], ['apis']) and (version := aggregated.wanted(request)):
        media = f'application/json;g={aggregated.GROUP};v={version};as=APIGroupDiscoveryList'
        return Response(200, aggregated.document(server, version, parts == ['api']), content_type=media)
    match parts:
        case []:
            return Response(200, {'paths': paths(server)})
        case ['version']:
            return Response(200, dict(server.version))
        case ['api']:
            return Response(200, {'kind': 'APIVersions', 'versions': ['v1'], 'serverAddressByClientCIDRs': [
                {'clientCIDR': '0.0.0.0/0', 'serverAddress': ADVERTISED}]})
        case ['apis']:
            return Response(200, group_list(server))
        case ['apis', group]:
            return Response(200, _group(server, group))
        case ['api', version]:
            return Response(200, resource_list(server, '', version))
        case ['apis', group, version] if server.aggregator.serves(group, version):
            return server.aggregator.answer(request, replace(info, group=group, version=version), request.user)
        case ['apis', group, version]:
            return Response(200, resource_list(server, group, version))
        case [('healthz' | 'livez' | 'readyz') as check, *rest]:
            return health.answer(check, rest, request, not server.store.trouble)
        case ['metrics']:
            return Response(200, metrics.text(server), content_type=METRICS)
        case ['metrics', 'slis']:
            return Response(200, health.slis(not server.store.trouble), content_type=METRICS)
        case ['.well-known', 'openid-configuration']:
            return Response(200, account_tokens.issuer_document(ADVERTISED))
        case ['openid', 'v1', 'jwks']:
            return Response(200, server.keys.tokens.key_set(), content_type='application/jwk-set+json')
        case ['openapi', *rest]:
            from tutor.cluster.apiserver import openapi
            return openapi.answer(server, rest, request)
        case ['api' | 'version', *_]:
            raise errors.no_such_path()
    raise errors.PageNotFound


def unknown(group: str) -> StatusError:
    """What an unknown version or resource is: below a group of its own the server's router says it, with a Status;
    the others come to the end of the chain of delegates, which has only a text (notfoundhandler.go)."""
    own = not group or any(resource.group == group for resource in RESOURCES)
    return errors.no_such_path() if own else errors.PageNotFound()


def groups(server: ApiServer) -> dict[str, list[str]]:
    """The versions of each group but the core one, in the order of discovery."""
    found: dict[str, list[str]] = {}
    for group, version, _ in server.resources:
        if group and version not in found.setdefault(group, []):
            found[group].append(version)
    for group, versions in server.aggregator.groups().items():
        found.setdefault(group, []).extend(version for version in versions if version not in found[group])
    return found


def paths(server: ApiServer) -> list[str]:
    """What '/' lists: the paths that have a handler (mux.PathRecorderMux.ListedPaths)."""
    found = ['/.well-known/openid-configuration', '/api', '/api/v1', '/apis', '/apis/', '/metrics', '/metrics/slis',
             '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/openid/v1/jwks', '/version', *health.paths()]
    for group, versions in groups(server).items():
        found += [f'/apis/{group}', *(f'/apis/{group}/{version}' for version in versions)]
    return sorted(found)


def group_list(server: ApiServer) -> Object:
    return {'kind': 'APIGroupList', 'apiVersion': 'v1',
            'groups': [_group_entry(name, versions) for name, versions in groups(server).items()]}


def _group(server: ApiServer, name: str) -> Object:
    versions = groups(server).get(name)
    if versions is None:
        raise unknown(name)
    return {'kind': 'APIGroup', 'apiVersion': 'v1', **_group_entry(name, versions)}


def _group_entry(name: str, versions: list[str]) -> Object:
    entries = [{'groupVersion': f'{name}/{version}', 'version': version} for version in versions]
    return {'name': name, 'versions': entries, 'preferredVersion': entries[0]}


def resource_list(server: ApiServer, group: str, version: str) -> Object:
    """APIResourceList: the resources of one group version, each followed by its subresources."""
    found: list[Object] = []
    for resource in server.resources.values():
        if (resource.group, resource.version) == (group, version):
            found += _entries(resource)
    if not found:
        raise unknown(group)
    group_version = f'{group}/{version}' if group else version
    return {'kind': 'APIResourceList', 'apiVersion': 'v1', 'groupVersion': group_version, 'resources': found}


def storage_version_hash(resource: Resource) -> str:
    """discovery.StorageVersionHash: it changes when the objects are stored in another version."""
    group, _, version = resource.stored_as.rpartition('/')
    return b64encode(sha256(f'{group}/{version}/{resource.kind}'.encode()).digest()[:8]).decode()


def _entries(resource: Resource) -> list[Object]:
    entry: dict[str, Any] = {
        'name': resource.plural, 'singularName': resource.singular, 'namespaced': resource.namespaced,
        'kind': resource.kind, 'verbs': list(resource.verbs)}
    if resource.short_names:
        entry['shortNames'] = list(resource.short_names)
    if resource.categories:
        entry['categories'] = list(resource.categories)
    if resource.stored_as:
        entry['storageVersionHash'] = storage_version_hash(resource)
    entries = [entry]
    for sub in resource.subresources:
        below: dict[str, Any] = {'name': f'{resource.plural}/{sub.name}', 'singularName': '',
                                 'namespaced': resource.namespaced, 'kind': sub.kind, 'verbs': list(sub.verbs)}
        if sub.group:
            below |= {'group': sub.group, 'version': sub.version}
        entries.append(below)
    return entries
