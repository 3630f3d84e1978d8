"""Every HTTP request comes in here and goes out as an answer: an object, a stream or a Status, never a traceback."""

from __future__ import annotations

from aiohttp import web

from tutor.apimachinery import errors
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.http import negotiation, requestinfo
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.protobuf import swagger
from tutor.apimachinery.protobuf.encoding import Unencodable, has_message
from tutor.apimachinery.resources import by_plural
from tutor.client.transport import Request, Response
from tutor.cluster.cluster import Cluster
from tutor.server import answers, credentials, logs, requests, watches
from tutor.server.streams import serving
from tutor.server.wallclock import WallClock


class ApiHandler:
    """Answers for one cluster, whose virtual time `clock` pumps."""

    def __init__(self, cluster: Cluster, clock: WallClock) -> None:
        self.api = cluster.api
        self.simulation = cluster.simulation
        self.watches = watches.Watches()
        self._clock = clock

    async def __call__(self, http: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._answer(http)
        except StatusError as error:
            return answers.failure(error)
        except OSError as problem:
            return answers.failure(errors.internal_error(str(problem)))
        except Exception as problem:
            self.simulation.failures.append((f'{http.method} {http.path}', problem))
            return answers.failure(errors.internal_error('the server could not handle the request'))

    def ran(self) -> None:
        """Run what is due at this moment, and have the clock look at what comes next."""
        self.simulation.run_ready()
        self._clock.poke()

    async def _answer(self, http: web.BaseRequest) -> web.StreamResponse:
        user = credentials.authenticate(http, self.api.authenticator)
        impersonate = credentials.impersonated(http)
        query = requests.query_of(http)
        info = requestinfo.parse(http.method, http.path, query)
        accept, media = self._accepted(http, info)
        body = await requests.read_body(http)
        request = requests.to_request(http, query, body, user, impersonate, accept, self._kind(info))
        self._clock.catch_up()
        if info.is_resource:
            if info.verb == 'watch':
                return await watches.serve(self, http, request, info, media)
            if info.subresource == 'log' and http.method == 'GET':
                return await logs.serve(self, http, request)
            if info.subresource in serving.STREAMED and info.resource == 'pods':
                return await serving.serve(self, http, request, info.subresource)
        return self._send(http, request, info, media)

    def _send(self, http: web.BaseRequest, request: Request, info: RequestInfo, media: str) -> web.Response:
        response: Response = self.api.send(request)
        self.ran()
        nested = not self._is_plain_list(response, info)
        try:
            return answers.to_http(response, media, nested, negotiation.is_pretty(
                http.path, http.query, http.headers.get('User-Agent', '')))
        except Unencodable:  # it has a field that is newer than the numbers known here
            return answers.to_http(response, negotiation.accepted(http.headers.get('Accept', ''))[1], nested)

    def _accepted(self, http: web.BaseRequest, info: RequestInfo) -> tuple[str, str]:
        """What to answer in. Logs, streams and paths that are no resources choose for themselves."""
        header = http.headers.get('Accept', '')
        if info.is_resource and info.subresource not in ('log', *serving.STREAMED):
            resource = by_plural(info.group, info.version, info.resource)
            return negotiation.accepted(header, resource is not None and has_message(resource))
        return header, swagger.MEDIA if info.path == '/openapi/v2' and negotiation.wants(
            header, swagger.NAMES) else negotiation.JSON

    def _kind(self, info: RequestInfo) -> str:
        """What the body of a request should be, for error messages."""
        resource = self.api.resources.get((info.group, info.version, info.resource))
        return 'DeleteOptions' if info.verb.startswith('delete') else resource.kind if resource else 'Status'

    @staticmethod
    def _is_plain_list(response: Response, info: RequestInfo) -> bool:
        """Whether this is a list of a built-in type: its items come without kind and version, as Go writes them."""
        body = response.body
        return info.is_resource and isinstance(body, dict) and isinstance(body.get('items'), list) and \
            str(body.get('kind')).endswith('List') and body['kind'] != 'PartialObjectMetadataList' and \
            by_plural(info.group, info.version, info.resource) is not None
