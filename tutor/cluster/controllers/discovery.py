"""Which resources there are to watch and delete, custom ones included."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import RESOURCES, Resource, Subresource, by_kind, split_api_version
from tutor.client.client import Client

AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
CRDS = 'customresourcedefinitions.apiextensions.k8s.io'


def custom_resources(definitions: list[dict]) -> list[Resource]:
    """The resources that established CustomResourceDefinitions define, each in its storage version."""
    found = []
    for crd in definitions:
        spec = crd['spec']
        version = next((v['name'] for v in spec.get('versions') or () if v.get('storage') and v.get('served')), None)
        established = any(entry['type'] == 'Established' and entry['status'] == 'True'
                          for entry in crd.get('status', {}).get('conditions') or ())
        if version is None or not established:
            continue
        names = spec['names']
        found.append(Resource(spec['group'], version, names['plural'], names.get('singular') or names['kind'].lower(),
                              names['kind'], spec.get('scope') == 'Namespaced'))
    return found


def built_in(verbs: tuple[str, ...]) -> list[Resource]:
    """The built-in resources that allow all these verbs, each in one version; Events only as core/v1."""
    seen: set[tuple[str, str]] = set()
    found = []
    for resource in RESOURCES:
        name = (resource.group, resource.plural)
        if name in seen or name == ('events.k8s.io', 'events') or not set(verbs) <= set(resource.verbs):
            continue
        seen.add(name)
        found.append(resource)
    return found


def deletable_resources(client: Client, namespaced: bool) -> list[Resource]:
    """What can be deleted by collection, inside namespaces or outside."""
    every = built_in(('list', 'deletecollection')) + custom_resources(client.items(CRDS))
    return [resource for resource in every if resource.namespaced == namespaced]


def stale_group_versions(client: Client) -> list[str]:
    """The group versions of which the API server cannot say what they serve: those of programs that do not answer."""
    found = client.request('GET', '/apis', accept=AGGREGATED).body
    return [f'{item["metadata"]["name"]}/{version["version"]}' for item in found['items']
            for version in item['versions'] if version['freshness'] == 'Stale']


def resource_of(client: Client, api_version: str, kind: str) -> Resource | None:
    """RESTMapping: a kind that is built in, or one that the API server says it serves."""
    group, version = split_api_version(api_version)
    found = by_kind(group, version, kind)
    if found is not None or not group:
        return found
    try:
        served: list[Object] = client.request('GET', f'/apis/{group}/{version}').body.get('resources') or []
    except StatusError:
        return None
    entry = next((item for item in served if item['kind'] == kind and '/' not in item['name']), None)
    if entry is None:
        return None
    plural = entry['name']
    beneath = tuple(Subresource(item['name'].partition('/')[2], item['kind'], tuple(item['verbs'])) for item in served
                    if item['name'].startswith(f'{plural}/'))
    return Resource(group, version, plural, entry.get('singularName', ''), kind, entry['namespaced'],
                    tuple(entry['verbs']), subresources=beneath)
