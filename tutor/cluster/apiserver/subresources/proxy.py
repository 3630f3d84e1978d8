"""pods/proxy, services/proxy and nodes/proxy: requests passed on to what listens inside (registry/core/*/rest)."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object
from tutor.client.transport import Response
from tutor.cluster.apiserver.nodes import CannotDial
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler
from tutor.cluster.containers.http import HttpRequest, HttpResponse


def pass_on(scope: Scope) -> Response:
    """Ask what is behind; raises StatusError. The name may carry a scheme and a port (`https:web:443`)."""
    scheme, name, port = _split(scope.info.name)
    obj = scope.store.get(scope.info.namespace, name)
    try:
        match scope.info.resource:
            case 'nodes':
                address = next((entry['address'] for entry in (obj.get('status') or {}).get('addresses') or ()), '')
                answer = scope.server.nodes.of(name, address).read(_path(scope))
            case 'pods':
                answer = _ask(scope, (obj.get('status') or {}).get('podIP', ''), port or _first_port(obj), scheme)
            case _:
                answer = _ask(scope, *_endpoint(scope, obj, port), scheme)
    except (OSError, CannotDial) as problem:
        raise errors.service_unavailable(f'error trying to reach service: {problem}') from None
    return _response(answer)


def _split(name: str) -> tuple[str, str, str]:
    """SplitSchemeNamePort."""
    parts = name.split(':')
    if len(parts) == 3:
        return parts[0], parts[1], parts[2]
    return '', parts[0], parts[1] if len(parts) > 1 else ''


def _path(scope: Scope) -> str:
    return '/' + '/'.join(scope.info.rest)


def _first_port(pod: Object) -> str:
    """The first port that a container of a pod names, 80 without any."""
    ports = [port for container in pod['spec']['containers'] for port in container.get('ports') or ()]
    return str(ports[0]['containerPort']) if ports else '80'


def _endpoint(scope: Scope, service: Object, wanted: str) -> tuple[str, str]:
    """ResourceLocation of a Service: an endpoint of a port by name or number, or of the first; raises StatusError."""
    name = service['metadata']['name']
    ports = service['spec'].get('ports') or []
    found = [port for port in ports if wanted in (str(port['port']), port.get('name'))] if wanted else ports[:1]
    if not found:
        raise errors.service_unavailable(f'no service port "{wanted}" found for service "{name}"')
    port = found[0].get('name') or ''
    for piece in scope.server.stores.of('discovery.k8s.io', 'endpointslices').list(scope.info.namespace):
        if (piece['metadata'].get('labels') or {}).get('kubernetes.io/service-name') != name:
            continue
        number = next((entry['port'] for entry in piece.get('ports') or () if (entry.get('name') or '') == port), None)
        for endpoint in piece.get('endpoints') or ():
            if number is not None and (endpoint.get('conditions') or {}).get('ready', True):
                return endpoint['addresses'][0], str(number)
    raise errors.service_unavailable(f'no endpoints available for service "{name}"')


def _ask(scope: Scope, address: str, port: str, scheme: str) -> HttpResponse:
    request = scope.request
    query = urlencode({key: value for key, value in request.query.items() if isinstance(value, str)})
    body = request.body if isinstance(request.body, bytes) else b'' if request.body is None else \
        json.dumps(request.body).encode()
    headers = {'accept': request.accept, 'user-agent': request.user_agent, 'accept-encoding': 'gzip'}
    answer = scope.server.services.request_address(address, int(port), HttpRequest(
        request.method, _path(scope) + (f'?{query}' if query else ''), headers, body, secure=scheme == 'https'))
    request.took += answer.took
    return answer


def _response(answer: HttpResponse) -> Response:
    """The answer as it came."""
    kind = answer.header('Content-Type').partition(';')[0]
    text = answer.body.decode('utf-8', 'replace')
    if kind == 'application/json':
        try:
            return Response(answer.status, json.loads(text))
        except ValueError:
            pass
    return Response(answer.status, text, content_type=answer.header('Content-Type') or 'text/plain')


HANDLER = SubresourceHandler(dict.fromkeys(('create', 'delete', 'get', 'patch', 'update'), pass_on))
