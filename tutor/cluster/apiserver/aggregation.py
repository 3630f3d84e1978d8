"""kube-aggregator: API groups that a program in the cluster serves, found through APIServices and asked over the
cluster's network (kube-aggregator/pkg/apiserver)."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tutor.apimachinery import errors
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object, condition, with_condition
from tutor.client.transport import ADMIN, Request, Response, User
from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.registry.strategy import Context
from tutor.cluster.storage import Change

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

CHECKING = 0.01
"""How long the availability controller takes to see a change."""
AGAIN = 30.0
"""When it looks again at what does not answer (its resync)."""


class Aggregator:
    """The APIServices of one API server that are not its own."""

    def __init__(self, server: ApiServer) -> None:
        self._server = server
        self._services = server.stores.of('apiregistration.k8s.io', 'apiservices')
        self._remote: dict[tuple[str, str], Object] = {}
        self._due: set[str] = set()
        server.store.listen(self._services.prefix, self._changed)
        for group, plural in (('', 'services'), ('discovery.k8s.io', 'endpointslices')):
            server.store.listen(server.stores.of(group, plural).prefix, self._backend_changed)

    # -- which --------------------------------------------------------------------------------------------------

    def serves(self, group: str, version: str) -> bool:
        return (group, version) in self._remote

    def groups(self) -> dict[str, list[str]]:
        """The versions of each remote group, the foremost group first."""
        found: dict[str, list[str]] = {}
        remote = self._remote
        for group, version in sorted(remote, key=lambda place: -remote[place]['spec']['groupPriorityMinimum']):
            found.setdefault(group, []).append(version)
        return found

    def resources(self, group: str, version: str) -> list[Object] | None:
        """The APIResources of a remote group version, None when it does not answer."""
        answer = self._forward(self._remote[group, version], Request('GET', f'/apis/{group}/{version}'), ADMIN)
        return list(answer.body.get('resources') or []) if answer.status == 200 else None

    # -- asking -------------------------------------------------------------------------------------------------

    def answer(self, request: Request, info: RequestInfo, user: User) -> Response:
        """proxyHandler.ServeHTTP; raises StatusError."""
        service = self._remote[info.group, info.version]
        if (condition(service, 'Available') or {}).get('status') != 'True':
            raise _unavailable(request, info)
        answer = self._forward(service, request, user)
        if answer.status == 503:
            raise _unavailable(request, info)
        return answer

    def _forward(self, service: Object, request: Request, user: User) -> Response:
        try:
            answer = self._ask(service, request, user)
        except OSError as problem:
            return Response(503, errors.service_unavailable(f'error trying to reach service: {problem}').status)
        try:
            return Response(answer.status, json.loads(answer.body))
        except ValueError:
            return Response(answer.status, answer.body.decode('utf-8', 'replace'))

    def _ask(self, service: Object, request: Request, user: User) -> HttpResponse:
        """Send a request on to the Service behind; raises OSError in Go's words."""
        reference = service['spec']['service']
        query = urlencode({name: value for name, value in request.query.items() if isinstance(value, str)})
        headers = {'accept': request.accept, 'content-type': request.content_type, 'x-remote-user': user.name,
                   'x-remote-group': ','.join(user.groups)}
        body = b'' if request.body is None else json.dumps(request.body).encode()
        answer = self._server.services.request(
            reference['namespace'], reference['name'], reference.get('port', 443),
            HttpRequest(request.method, request.path + (f'?{query}' if query else ''), headers, body, secure=True,
                        trust=self._trust(service)))
        request.took += answer.took
        return answer

    def _trust(self, service: Object) -> str | None:
        if service['spec'].get('insecureSkipTLSVerify'):
            return None
        return base64.b64decode(service['spec'].get('caBundle') or '').decode('utf-8', 'replace')

    # -- whether they are available -----------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        if change.previous is not None:
            self._remote.pop(_place(change.previous.value), None)
        if change.entry is not None and change.entry.value['spec'].get('service'):
            self._remote[_place(change.entry.value)] = change.entry.value
            if change.previous is None or change.previous.value['spec'] != change.entry.value['spec']:
                self._check_soon(change.entry.value['metadata']['name'])

    def _backend_changed(self, change: Change) -> None:
        if not self._remote:
            return
        obj = (change.entry or change.previous).value  # type: ignore[union-attr]
        meta = obj['metadata']
        name = (meta.get('labels') or {}).get('kubernetes.io/service-name', meta['name'])
        for service in self._remote.values():
            reference = service['spec']['service']
            if (reference['namespace'], reference['name']) == (meta.get('namespace'), name):
                self._check_soon(service['metadata']['name'])

    def _check_soon(self, name: str, delay: float = CHECKING) -> None:
        if name not in self._due:
            self._due.add(name)
            self._server.simulation.call_later(delay, self._check, name)

    def _check(self, name: str) -> None:
        """AvailableConditionController.sync."""
        self._due.discard(name)
        service = self._services.find('', name)
        if service is None or not service['spec'].get('service'):
            return
        status, reason, message = self._availability(service)
        if reason == 'FailedDiscoveryCheck':
            self._check_soon(name, AGAIN)
        before = condition(service, 'Available')
        if before is not None and (before['status'], before['reason'], before.get('message')) == (
                status, reason, message):
            return
        simulation = self._server.simulation
        conditions = with_condition((service.get('status') or {}).get('conditions'), {
            'lastTransitionTime': simulation.timestamp(), 'message': message, 'reason': reason, 'status': status,
            'type': 'Available'})
        fresh = {**service, 'metadata': dict(service['metadata']), 'status': {'conditions': conditions}}
        self._services.replace(fresh, service, Context(simulation, self._server.stores, ADMIN))

    def _availability(self, service: Object) -> tuple[str, str, str]:
        reference = service['spec']['service']
        namespace, name, port = reference['namespace'], reference['name'], reference.get('port', 443)
        where = f'service/{name} in "{namespace}"'
        backend = self._server.stores.of('', 'services').find(namespace, name)
        if backend is None:
            return 'False', 'ServiceNotFound', f'{where} is not present'
        wanted = next((entry for entry in backend['spec'].get('ports') or () if entry['port'] == port), None)
        if wanted is None:
            return 'False', 'ServicePortError', f'{where} is not listening on port {port}'
        if not self._has_endpoint(namespace, name, wanted.get('name', '')):
            return 'False', 'MissingEndpoints', (
                f'endpoints for {where} have no addresses with port name "{wanted.get("name", "")}"')
        path = f'/apis/{service["spec"]["group"]}/{service["spec"]["version"]}'
        url = f'https://{backend["spec"].get("clusterIP")}:{port}{path}'
        try:
            answer = self._ask(service, Request('GET', path), ADMIN)
        except OSError as problem:
            return 'False', 'FailedDiscoveryCheck', f'failing or missing response from {url}: Get "{url}": {problem}'
        if answer.status >= 300:
            return 'False', 'FailedDiscoveryCheck', (
                f'failing or missing response from {url}: bad status from {url}: {answer.status}')
        return 'True', 'Passed', 'all checks passed'

    def _has_endpoint(self, namespace: str, name: str, port: str) -> bool:
        slices = self._server.stores.of('discovery.k8s.io', 'endpointslices').list(namespace)
        return any((endpoint.get('conditions') or {}).get('ready', True)
                   for piece in slices
                   if (piece['metadata'].get('labels') or {}).get('kubernetes.io/service-name') == name
                   and any((entry.get('name') or '') == port for entry in piece.get('ports') or ())
                   for endpoint in piece.get('endpoints') or ())


def _place(service: Object) -> tuple[str, str]:
    return service['spec'].get('group', ''), service['spec'].get('version', '')


def _unavailable(request: Request, info: RequestInfo) -> errors.StatusError:
    """What a client makes of the answer 503 (NewGenericServerResponse)."""
    what = f'{request.method.lower()} {info.resource}.{info.group}{f" {info.name}" if info.name else ""}'
    said = f' ({what})' if info.resource else ''
    return errors.service_unavailable(f'the server is currently unable to handle the request{said}')
