"""/metrics: what this server really counts, as Prometheus reads it (apiserver/pkg/endpoints/metrics)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tutor.apimachinery import prometheus
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.prometheus import ALPHA, COUNTER, STABLE, Family
from tutor.apimachinery.resources import Resource
from tutor.client.transport import APPLY_PATCH, Request

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

METHODS = {'create': 'POST', 'update': 'PUT'}
"""What a verb is counted as, where it is not itself (CanonicalVerb, cleanVerb)."""
Key = tuple[str, str, str, str, str, str, str, str]


class Requests:
    """How many requests there were of each kind, and which deprecated APIs were asked for."""

    def __init__(self) -> None:
        self._counts: dict[Key, int] = {}
        self._deprecated: set[tuple[str, str, str, str]] = set()

    def note(self, info: RequestInfo, request: Request, status: int) -> None:
        """A request was answered (MonitorRequest)."""
        verb = METHODS.get(info.verb) or info.verb.upper()
        if verb == 'PATCH' and request.content_type == APPLY_PATCH:
            verb = 'APPLY'
        dry = 'All' if request.query.get('dryRun') else ''
        key = (str(status), dry, info.group, info.resource, _scope(info), info.subresource, verb, info.version)
        self._counts[key] = self._counts.get(key, 0) + 1

    def note_deprecated(self, resource: Resource, subresource: str) -> None:
        """A deprecated API was asked for (RecordDeprecatedRequest)."""
        self._deprecated.add((resource.group, resource.plural, subresource, resource.version))

    def families(self) -> list[Family]:
        total = Family('apiserver_request_total', f'{STABLE}Counter of apiserver requests broken out for each verb, '
                       'dry run value, group, version, resource, scope, component, and HTTP response code.', COUNTER)
        names = ('code', 'dry_run', 'group', 'resource', 'scope', 'subresource', 'verb', 'version')
        for key, count in self._counts.items():
            total.add(count, {**dict(zip(names, key, strict=True)), 'component': 'apiserver'})
        deprecated = Family('apiserver_requested_deprecated_apis', f'{STABLE}Gauge of deprecated APIs that have been '
                            'requested, broken out by API group, version, resource, subresource, and removed_release.')
        for group, plural, subresource, version in self._deprecated:
            deprecated.add(1, {'group': group, 'version': version, 'resource': plural, 'subresource': subresource,
                               'removed_release': ''})
        return [total, deprecated]


def _scope(info: RequestInfo) -> str:
    """CleanScope."""
    if not info.is_resource:
        return ''
    if info.name or info.verb == 'create':
        return 'resource'
    return 'namespace' if info.namespace else 'cluster'


def text(server: ApiServer) -> str:
    """Requests, the objects of each resource, and the build."""
    objects = Family('apiserver_storage_objects', f'{STABLE}Number of stored objects at the time of last check split '
                                                  'by kind.')
    for store in {store.prefix: store for store in server.stores.all()}.values():
        objects.add(len(store.list()), {'resource': store.resource.group_resource})
    return prometheus.text([*server.requests.families(), objects, build(server.version)])


def build(version: Mapping[str, str]) -> Family:
    """kubernetes_build_info."""
    found = Family('kubernetes_build_info', f"{ALPHA}A metric with a constant '1' value labeled by major, minor, git "
                   'version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes '
                   'was built, and platform on which it is running.')
    found.add(1, {label: version.get(name, '') for label, name in (
        ('build_date', 'buildDate'), ('compiler', 'compiler'), ('git_commit', 'gitCommit'),
        ('git_tree_state', 'gitTreeState'), ('git_version', 'gitVersion'), ('go_version', 'goVersion'),
        ('major', 'major'), ('minor', 'minor'), ('platform', 'platform'))})
    return found
