"""What the server serves, and which of its resources an argument means (client-go's discovery and restmapper)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tutor.apimachinery import errors
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource, Subresource
from tutor.client.client import Client
from tutor.kubectl.errors import ConnectionLost, KubectlError, NoMatch, error_text

T = TypeVar('T')
UNDISCOVERED = (ConnectionLost, StatusError)
"""What keeps a server from telling what it serves."""
TIMEOUT = '32s'
AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'


class NoKindMatch(KubectlError):
    """meta.NoKindMatchError. Without a version, any was looked for; '' is the one that a file does not tell."""

    def __init__(self, kind: str, group: str, version: str | None) -> None:
        where = f'{group}/{version}' if group else version
        super().__init__(f'no matches for kind "{kind}" in version "{where}"' if version is not None else
                         f'no matches for kind "{kind}" in group "{group}"')


@dataclass(slots=True)
class Discovery:
    """The resources of a server: groups in its order, in each the preferred version first."""

    resources: list[Resource]
    preferred: dict[str, str]
    versions: dict[str, list[str]]
    """The versions of each group, in the server's order."""
    by_name: dict[str, list[Resource]] = field(default_factory=dict)
    by_kind: dict[str, list[Resource]] = field(default_factory=dict)
    by_short_name: dict[str, list[Resource]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for resource in self.resources:
            for name in dict.fromkeys((resource.plural, resource.singular or resource.kind.lower())):
                self.by_name.setdefault(name, []).append(resource)
            for kind in dict.fromkeys((resource.kind, resource.kind.lower())):
                self.by_kind.setdefault(kind, []).append(resource)
            for name in resource.short_names:
                self.by_short_name.setdefault(name, []).append(resource)

    def category(self, name: str) -> list[Resource]:
        """The resources of a category such as 'all', each once."""
        found = {(item.group, item.plural): item for item in reversed(self.resources) if name in item.categories}
        return list(reversed(found.values()))


def _list_of(resource: Resource) -> Resource:
    """NewDiscoveryRESTMapper takes it that each kind has a list, which a file may hold."""
    return replace(resource, kind=f'{resource.kind}List', plural=f'{resource.kind.lower()}lists',
                   singular=f'{resource.kind.lower()}list', categories=(), short_names=())


def discover(client: Client) -> Discovery:
    """Ask the server; raises StatusError or KubectlError."""
    try:
        core = client.request('GET', '/api', accept=AGGREGATED, timeout=TIMEOUT).body
        named = client.request('GET', '/apis', accept=AGGREGATED, timeout=TIMEOUT).body
    except StatusError as error:  # discovery reads bodies raw (Result.Raw): what a Status in one says is lost
        raise errors.unexpected(error.code, 'unknown') from None
    if core.get('kind') == 'APIGroupDiscoveryList':
        return _aggregated([*(core.get('items') or []), *(named.get('items') or [])])
    return _one_by_one(client, core, named)


def _one_by_one(client: Client, core: Object, named: Object) -> Discovery:
    resources: list[Resource] = []
    preferred: dict[str, str] = {'': (core.get('versions') or ['v1'])[0]}
    versions: dict[str, list[str]] = {'': list(core.get('versions') or ['v1'])}
    for group in named.get('groups') or []:
        versions[group['name']] = [version['version'] for version in group['versions']]
        preferred[group['name']] = (group.get('preferredVersion') or group['versions'][0])['version']
    for group, served in versions.items():
        for version in sorted(served, key=lambda version: version != preferred[group]):
            path = f'/apis/{group}/{version}' if group else f'/api/{version}'
            try:
                found = client.request('GET', path).body
            except StatusError:
                continue
            resources += _resources(group, version, found.get('resources') or [])
    return Discovery(resources, preferred, versions)


def _resources(group: str, version: str, listed: Iterable[Object]) -> list[Resource]:
    """APIResourceList.resources: subresources are entries of their own, named 'pods/status'."""
    subresources: dict[str, list[Subresource]] = {}
    found = []
    for entry in listed:
        parent, _, sub = entry['name'].partition('/')
        if sub:
            subresources.setdefault(parent, []).append(Subresource(
                sub, entry.get('kind', ''), tuple(entry.get('verbs') or ()), entry.get('group', ''),
                entry.get('version', '')))
        else:
            found.append(entry)
    return [Resource(
        group, version, entry['name'], entry.get('singularName') or entry['kind'].lower(), entry['kind'],
        bool(entry.get('namespaced')), tuple(entry.get('verbs') or ()), tuple(entry.get('shortNames') or ()),
        tuple(entry.get('categories') or ()), tuple(subresources.get(entry['name'], ()))) for entry in found]


def _aggregated(groups: list[Object]) -> Discovery:
    resources: list[Resource] = []
    preferred: dict[str, str] = {}
    versions: dict[str, list[str]] = {}
    for group in groups:
        name = (group.get('metadata') or {}).get('name', '')
        fresh = [version for version in group.get('versions') or [] if version.get('freshness') != 'Stale']
        versions[name] = [version['version'] for version in fresh]
        preferred[name] = versions[name][0] if versions[name] else ''
        for version in fresh:
            resources += [_aggregated_resource(name, version['version'], entry)
                          for entry in version.get('resources') or []]
    return Discovery(resources, preferred, versions)


def _aggregated_resource(group: str, version: str, entry: Object) -> Resource:
    kind: dict[str, Any] = entry.get('responseKind') or {}
    subresources = tuple(Subresource(
        sub['subresource'], (sub.get('responseKind') or {}).get('kind', ''), tuple(sub.get('verbs') or ()))
        for sub in entry.get('subresources') or ())
    return Resource(
        group, version, entry['resource'], entry.get('singularResource') or kind.get('kind', '').lower(),
        kind.get('kind', ''), entry.get('scope') == 'Namespaced', tuple(entry.get('verbs') or ()),
        tuple(entry.get('shortNames') or ()), tuple(entry.get('categories') or ()), subresources)


class RestMapper:
    """From arguments and kinds to resources. What it does not find it asks the server for once more, as a cached
    discovery may be old (restmapper.DeferredDiscoveryRESTMapper). Where the server does not tell, each of the ways to
    ask does so in vain, and says so (memCacheClient.refreshLocked)."""

    def __init__(self, client: Client, cache: dict[str, Discovery], key: str,
                 warn: Callable[[str], None] = lambda text: None,
                 log: Callable[[str], None] = lambda text: None) -> None:
        self._client = client
        self._log = log
        self._cache = cache
        self._key = key
        self._warn = warn
        self._warned: set[str] = set()
        self._fresh = False

    @property
    def discovery(self) -> Discovery:
        found = self._cache.get(self._key)
        if found is None:
            found = self._cache[self._key] = self._discover()
            self._fresh = True
        return found

    def _discover(self) -> Discovery:
        try:
            return discover(self._client)
        except UNDISCOVERED as error:
            text = go_quote(f"couldn't get current server API group list: {error_text(error)}")
            self._log(f'"Unhandled Error" err={text}')
            raise

    @staticmethod
    def _asking(times: int, look: Callable[[], T]) -> T:
        """What a look finds. One that fails for want of discovery is not the last but for the given number."""
        for _ in range(times - 1):
            try:
                return look()
            except UNDISCOVERED:
                continue
        return look()

    def refresh(self) -> bool:
        """Forget what was discovered before this command; False when it is new already."""
        if self._fresh:
            return False
        self._cache.pop(self._key, None)
        return True

    def category(self, word: str) -> list[Resource]:
        """The resources of a category; none where the server does not tell (discoveryCategoryExpander.Expand)."""
        try:
            return self.discovery.category(word)
        except UNDISCOVERED:
            return []

    def find(self, argument: str) -> Resource:
        """What 'deploy', 'Deployment', 'deployments.apps' or 'deployments.v1.apps' means (Builder.mappingFor): a
        resource (KindFor), of a version if one may be named, then a kind (RESTMapping), twice."""
        found = self._found(argument, 6 if argument.count('.') > 1 else 4)
        if found is None:
            raise KubectlError(f'the server doesn\'t have a resource type "{argument.partition(".")[0]}"')
        return found

    def kind_for(self, argument: str) -> Resource:
        """RESTMapper.KindFor: its error is worded by checkErr alone, without 'error: '."""
        found = self._found(argument, 2)
        if found is None:
            name, _, group = argument.partition('.')
            raise NoMatch(name, group)
        return found

    def _found(self, argument: str, times: int) -> Resource | None:
        """KindFor asks twice, for short names and for the resource itself."""
        found = self._asking(times, lambda: self._find(argument))
        if found is None and self.refresh():
            found = self._find(argument)
        return found

    def for_kind(self, group: str, version: str | None, kind: str) -> Resource:
        """The resource of a kind; without a version the preferred one."""
        found = self._for_kind(group, version, kind)
        if found is None and self.refresh():
            found = self._for_kind(group, version, kind)
        if found is None:
            raise NoKindMatch(kind, group, version)
        return found

    def for_object(self, obj: Object) -> Resource:
        group, _, version = (obj.get('apiVersion') or '').rpartition('/')
        return self.for_kind(group, version, obj.get('kind', ''))

    def _for_kind(self, group: str, version: str | None, kind: str) -> Resource | None:
        for resource in self.discovery.by_kind.get(kind, ()):
            if resource.group == group and (not version or resource.version == version):
                return resource
        item = self._for_kind(group, version, kind.removesuffix('List')) if kind.endswith('List') else None
        return _list_of(item) if item is not None and kind == f'{item.kind}List' else None

    def _find(self, argument: str) -> Resource | None:
        name, _, rest = argument.partition('.')
        version, _, group = rest.partition('.')
        if '.' in rest:
            # 'deployments.v1.apps', and 'services.v1.' for the core group.
            found = self._by_name(name, group, version)
            if found is not None and (group or not found.group):
                return found
        return self._by_name(name, rest, '')

    def _by_name(self, name: str, group: str, version: str) -> Resource | None:
        """First exact groups, then those that begin so ('ingress.networking')."""
        exact = self.discovery.by_name.get(name.lower(), [])
        short = [] if exact else self._short(name, group)
        for matches in (lambda item: item.group == group, lambda item: item.group.startswith(group)):
            for item in exact or short:
                if (not group or matches(item)) and (not version or item.version == version):
                    return item
        return None

    def _short(self, name: str, group: str) -> list[Resource]:
        """The resources of a short name; whoever asks learns what else it stands for (in a group that was named)."""
        found = self.discovery.by_short_name.get(name, [])
        meant = dict.fromkeys(item.group_resource for item in found if not group or item.group == group)
        for other in list(meant)[1:]:
            text = f'short name "{name}" could also match lower priority resource {other}'
            if text not in self._warned:
                self._warned.add(text)
                self._warn(text)
        return found
