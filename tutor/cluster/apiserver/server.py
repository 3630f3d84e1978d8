"""The API server in process: a Transport whose answers come from the request pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tutor.apimachinery import errors
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.http import requestinfo
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches.ledger import Ledger
from tutor.apimachinery.resources import RESOURCES, Resource
from tutor.client.transport import ByteStream, ExecSession, Request, Response, User
from tutor.cluster.apiserver import discovery, reads, watching, writes
from tutor.cluster.apiserver.admission.chain import AdmissionChain
from tutor.cluster.apiserver.aggregation import Aggregator
from tutor.cluster.apiserver.audit.auditor import Auditor
from tutor.cluster.apiserver.authentication import Authenticator
from tutor.cluster.apiserver.authorization.authorizer import Authorizer
from tutor.cluster.apiserver.customresources import CustomResources
from tutor.cluster.apiserver.flowcontrol import FlowControl
from tutor.cluster.apiserver.metrics import Requests
from tutor.cluster.apiserver.nodes import NodeConnections
from tutor.cluster.apiserver.renewals import CONTROLLERS, NoRenewals, Renewals, is_renewed
from tutor.cluster.apiserver.reviews import REVIEWS
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.services import NoServices, ServiceConnections
from tutor.cluster.apiserver.subresources.catalog import SUBRESOURCES
from tutor.cluster.pki import SIMULATED, Keys
from tutor.cluster.registry.catalog import strategy_for
from tutor.cluster.registry.store import ResourceStores
from tutor.cluster.registry.watch import Watcher
from tutor.cluster.simulation import Simulation
from tutor.cluster.storage import Store, Unavailable

Handler = Callable[[Scope], Response]

SHARED = {('events.k8s.io', 'events'): ('', 'events')}
"""Resources that are another one under a second name: they have its store."""
VERBS: Mapping[str, Handler] = {
    'create': writes.create,
    'get': reads.get,
    'list': reads.list_objects,
    'update': writes.update,
    'patch': writes.patch,
    'delete': writes.delete,
    'deletecollection': writes.delete_collection,
}


class ApiServer:
    """Answers API requests over one store. `nodes` is how it reaches the kubelets."""

    def __init__(self, simulation: Simulation, store: Store, version: Mapping[str, str],
                 nodes: NodeConnections | None = None, keys: Keys = SIMULATED) -> None:
        self.simulation = simulation
        self.store = store
        self.version = version
        self.keys = keys
        self.nodes = nodes or NodeConnections()
        self.stores = ResourceStores(store, simulation)
        self.resources: dict[tuple[str, str, str], Resource] = {}
        for resource in RESOURCES:
            self.serve(resource)
        self.ledger = Ledger(lambda resource: self.stores.of(resource.group, resource.plural).strategy.merge_type(
            resource))
        self.authenticator = Authenticator(self)
        self.authorizer = Authorizer(self.stores)
        self.admission = AdmissionChain(self)
        self.custom_resources = CustomResources(self)
        self.flow_control = FlowControl(self)
        self.services: ServiceConnections = NoServices()
        """How it reaches what runs in the cluster."""
        self.renewals: Renewals = NoRenewals()
        self.aggregator = Aggregator(self)
        self.requests = Requests()
        self.audit: Auditor | None = None
        """Who writes down what is asked, if anybody does."""

    # -- which resources ----------------------------------------------------------------------------------------

    def serve(self, resource: Resource) -> None:
        """Begin to serve a resource; versions of one resource share its store."""
        self.resources[resource.group, resource.version, resource.plural] = resource
        if self.stores.find(resource.group, resource.plural) is None:
            shared = SHARED.get((resource.group, resource.plural))
            if shared is not None:
                self.stores.share(resource.group, resource.plural, self.stores.of(*shared))
            else:
                self.stores.add(strategy_for(resource))

    def builtin(self, resource: Resource) -> bool:
        """Whether a resource is one of Kubernetes' own, not a CustomResourceDefinition's."""
        return resource in RESOURCES

    def custom_schema(self, resource: Resource) -> Object | None:
        """The structural schema of a custom resource, for OpenAPI."""
        crds = self.stores.of('apiextensions.k8s.io', 'customresourcedefinitions')
        crd = crds.find('', f'{resource.plural}.{resource.group}')
        for version in (crd or {}).get('spec', {}).get('versions') or ():
            if version['name'] == resource.version:
                return (version.get('schema') or {}).get('openAPIV3Schema')
        return None

    # -- Transport ----------------------------------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        info = requestinfo.parse(request.method, request.path, request.query)
        if self.audit is None:
            response = self._answer(request, info)
        else:
            # The pipeline changes what it knows of the request as it goes.
            response = self.audit.send(request, replace(info), lambda request: self._answer(request, info))
        self.requests.note(info, request, response.status)
        return response

    def _answer(self, request: Request, info: RequestInfo) -> Response:
        scope: Scope | None = None
        try:
            if not info.is_resource:
                self._authorize(request, info)
                return discovery.answer(self, request, info)
            if self.aggregator.serves(info.group, info.version):
                return self.aggregator.answer(request, info, self._authorize(request, info))
            scope = self._scope(request, info)
            response = self._handler(scope)(scope)
        except errors.PageNotFound:
            response = Response(404, errors.PageNotFound.TEXT, content_type=discovery.TEXT)
        except StatusError as error:
            response = Response(error.code, error.status, tuple(scope.warnings) if scope else ())
        except Unavailable as problem:
            error = errors.unknown(str(problem))
            response = Response(error.code, error.status)
        if scope and (deprecation := scope.store.strategy.deprecation_of(scope.resource)):
            response.warnings = (deprecation, *response.warnings)
            self.requests.note_deprecated(scope.resource, info.subresource)
        return response

    def watch(self, request: Request) -> Watcher:
        query = {**request.query, 'watch': 'true'}
        info = requestinfo.parse('GET', request.path, query)
        scope = self._opened(request, info)
        watcher = watching.watch(scope)
        if is_renewed(info) and scope.user.name != CONTROLLERS:
            self.renewals.watch(watcher)
        return watcher

    def stream(self, request: Request) -> ByteStream:
        info = requestinfo.parse('GET', request.path, request.query)
        scope = self._opened(request, info)
        found = SUBRESOURCES.get((info.resource, info.subresource))
        if found is None or found.stream is None:
            raise errors.method_not_allowed()
        return found.stream(scope)

    def connect(self, request: Request) -> ExecSession:
        info = requestinfo.parse('POST', request.path, request.query)
        scope = self._opened(request, info, upgraded=True)
        found = SUBRESOURCES.get((info.resource, info.subresource))
        if found is None or found.connect is None:
            raise errors.method_not_allowed()
        info.verb = 'connect'
        known = scope.resource.subresource(info.subresource)
        self.admission.connect(scope, {'kind': known.kind if known else '', 'apiVersion': 'v1', **request.query},
                               scope.context())
        return found.connect(scope)

    def _opened(self, request: Request, info: RequestInfo, upgraded: bool = False) -> Scope:
        """The scope of a request whose answer is a stream."""
        if self.audit is None:
            return self._scope(request, info)
        asked = replace(info, verb='get') if upgraded else replace(info)  # A WebSocket begins with GET.
        try:
            scope = self._scope(request, info)
        except StatusError as error:
            self.audit.refused(request, asked, error)
            raise
        self.audit.opened(request, asked, upgraded)
        return scope

    # -- the way in ---------------------------------------------------------------------------------------------

    def _scope(self, request: Request, info: RequestInfo) -> Scope:
        user = self._authorize(request, info)
        if self.store.trouble:
            raise errors.unknown(self.store.trouble)
        resource = self.resources.get((info.group, info.version, info.resource))
        if resource is None:
            raise discovery.unknown(info.group)
        if not resource.namespaced:
            info.namespace = ''
        if self.simulation.now >= self.renewals.next:
            self.renewals.count()
        if is_renewed(info):
            self.renewals.catch_up(info.namespace, info.name)
        return Scope(self, request, info, user, resource, self.stores.of(resource.group, resource.plural))

    def _authorize(self, request: Request, info: RequestInfo) -> User:
        """Who asks, after impersonation; raises Forbidden."""
        user = request.user
        if request.impersonate is not None:
            user = self.authorizer.impersonate(user, request.impersonate)
        self.authorizer.check(user, info)
        return user

    def _handler(self, scope: Scope) -> Handler:
        info, resource = scope.info, scope.resource
        if not info.subresource:
            if info.verb not in resource.verbs or info.verb not in VERBS:
                raise errors.method_not_allowed()
            if (info.verb == 'create' and info.name) or (info.verb in ('update', 'patch') and not info.name):
                raise errors.method_not_allowed()
            review = REVIEWS.get((resource.group, resource.plural)) if info.verb == 'create' else None
            return review or VERBS[info.verb]
        found = SUBRESOURCES.get((info.resource, info.subresource)) or SUBRESOURCES.get(('*', info.subresource))
        known = resource.subresource(info.subresource)
        if known is None and scope.store.strategy.custom:
            raise errors.not_found(resource.group, resource.plural, info.name)
        if found is None or known is None:
            raise errors.no_such_path()
        handler = found.verbs.get(info.verb)
        if found.connect is not None and info.verb in ('get', 'create'):
            raise errors.bad_request('Upgrade request required')
        if handler is None or info.verb not in known.verbs:
            raise errors.method_not_allowed()
        return handler

    def trace(self, action: str, subject: str, detail: Any = None) -> None:
        """Record a hop of the API server; what follows is caused by it."""
        trace = self.simulation.trace
        trace.cause = trace.record('apiserver', action, subject, detail)
