"""An HTTP request becomes a Request: query, body and headers, each checked on its way in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tutor.apimachinery import errors
from tutor.apimachinery.http import bodies
from tutor.client.transport import Request, User

if TYPE_CHECKING:
    from aiohttp import web

BODY_LIMIT = 3 * 1024 * 1024
BODY_WITHIN = 30.0
"""Wall seconds within which a body has to arrive."""
UNKNOWN = 'unknown'
"""What managedFields call who says nothing of itself (fieldmanager: buildManagerInfo)."""


def query_of(request: web.BaseRequest) -> dict[str, Any]:
    """The parameters of the URL; those that stand more than once are lists. Raises BadRequest for a bad number."""
    found: dict[str, Any] = {}
    for name in request.query:
        values = request.query.getall(name)
        found[name] = values if len(values) > 1 else values[0]
    bodies.check_numbers(found)
    return found


async def read_body(request: web.BaseRequest) -> bytes:
    """The body as sent; raises RequestEntityTooLarge past the limit, and a timeout when it does not arrive."""
    if (request.content_length or 0) > BODY_LIMIT:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > BODY_LIMIT:
                    raise _too_large()
    except TimeoutError:
        raise errors.timeout('the body of the request did not arrive') from None
    return bytes(body)


def _too_large() -> errors.StatusError:
    return errors.request_entity_too_large(f'limit is {BODY_LIMIT}')


def to_request(request: web.BaseRequest, query: dict[str, Any], body: bytes, user: User, impersonate: User | None,
               accept: str, kind: str) -> Request:
    """The Request; `kind` names in errors what the body should be."""
    content, content_type = bodies.content(request.method, request.headers.get('Content-Type', ''), body, kind)
    return Request(request.method, request.path, query, content, content_type, accept, user,
                   impersonate, request.headers.get('User-Agent') or UNKNOWN)
