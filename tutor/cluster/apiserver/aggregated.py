"""Aggregated discovery: all that is served in one answer (apiserver/pkg/endpoints/discovery/aggregated)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource, Subresource
from tutor.client.transport import Request

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

GROUP = 'apidiscovery.k8s.io'


def wanted(request: Request) -> str:
    """The version of aggregated discovery that a request asks for, '' for none."""
    for part in request.accept.split(','):
        if f'g={GROUP}' in part and 'as=APIGroupDiscoveryList' in part and 'protobuf' not in part:
            return 'v2' if 'v=v2;' in f'{part.strip()};' else 'v2beta1' if 'v=v2beta1' in part else ''
    return ''


def document(server: ApiServer, version: str, core: bool) -> Object:
    """APIGroupDiscoveryList of /api (the core group alone) or /apis (all others)."""
    found: dict[str, dict[str, list[Resource]]] = {}
    for resource in server.resources.values():
        if (resource.group == '') is core:
            found.setdefault(resource.group, {}).setdefault(resource.version, []).append(resource)
    items = [{'metadata': {'name': group, 'creationTimestamp': None} if group else {'creationTimestamp': None},
              'versions': [_version(name, resources) for name, resources in versions.items()]}
             for group, versions in found.items()]
    if not core:
        items += [{'metadata': {'name': group, 'creationTimestamp': None},
                   'versions': [_remote_version(server, group, name) for name in versions]}
                  for group, versions in server.aggregator.groups().items() if group not in found]
    return {'kind': 'APIGroupDiscoveryList', 'apiVersion': f'{GROUP}/{version}', 'metadata': {}, 'items': items}


def _remote_version(server: ApiServer, group: str, version: str) -> Object:
    """What another API server serves; only that it is not to be had now, when that does not answer."""
    listed = server.aggregator.resources(group, version)
    if listed is None:
        return {'version': version, 'freshness': 'Stale'}
    return {'version': version, 'freshness': 'Current', 'resources': [{
        'resource': entry['name'], 'responseKind': {'group': group, 'version': version, 'kind': entry['kind']},
        'scope': 'Namespaced' if entry['namespaced'] else 'Cluster', 'singularResource': entry['singularName'],
        'verbs': entry['verbs']} for entry in listed]}


def _version(name: str, resources: list[Resource]) -> Object:
    return {'version': name, 'freshness': 'Current',
            'resources': [_resource(item) for item in sorted(resources, key=lambda item: item.plural)]}


def _resource(resource: Resource) -> Object:
    found: dict[str, Any] = {
        'resource': resource.plural,
        'responseKind': {'group': resource.group, 'version': resource.version, 'kind': resource.kind},
        'scope': 'Namespaced' if resource.namespaced else 'Cluster',
        'singularResource': resource.singular, 'verbs': list(resource.verbs)}
    if resource.short_names:
        found['shortNames'] = list(resource.short_names)
    if resource.categories:
        found['categories'] = list(resource.categories)
    if resource.subresources:
        found['subresources'] = [_subresource(resource, item) for item in resource.subresources]
    return found


def _subresource(resource: Resource, item: Subresource) -> Object:
    return {'subresource': item.name, 'verbs': list(item.verbs), 'responseKind': {
        'group': item.group or resource.group, 'version': item.version or resource.version, 'kind': item.kind}}
