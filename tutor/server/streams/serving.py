"""A request for exec, attach or port-forward, from its checks to the end of its streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor.client.transport import Request
from tutor.server.streams import execution, forwarding
from tutor.server.streams.carriers import upgrade
from tutor.server.streams.link import Link
from tutor.server.streams.upgrades import agree

if TYPE_CHECKING:
    from tutor.server.handler import ApiHandler

PORT_FORWARD = 'portforward'
STREAMED = ('exec', 'attach', PORT_FORWARD)


async def serve(handler: ApiHandler, http: web.BaseRequest, request: Request, subresource: str) -> web.StreamResponse:
    """Carry the streams; raises StatusError when that is refused, before the upgrade."""
    agreement = agree(http, subresource)
    forwards = subresource == PORT_FORWARD
    ports = forwarding.ports_of(request) if forwards and not agreement.spdy else []
    streams = frozenset() if forwards else execution.wanted(request)
    request.query.pop('ports', None)  # without them, it is only seen whether the pod is there and may be reached
    session = handler.api.connect(request)
    try:
        carrier = await upgrade(http, agreement)
        link = Link(handler, carrier)
        if forwards:
            await forwarding.serve(request, link, ports, agreement.spdy)
        else:
            await execution.serve(session, link, streams, agreement)
    finally:
        session.close()
        handler.ran()
    return carrier.response
