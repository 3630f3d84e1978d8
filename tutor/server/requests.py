"""An HTTP request becomes a Request: query, body and headers, each checked on its way in."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tutor.apimachinery import errors
from tutor.apimachinery.protobuf import decoding as protobuf
from tutor.client.transport import Request, User
from tutor.server import negotiation

if TYPE_CHECKING:
    from aiohttp import web

BODY_LIMIT = 3 * 1024 * 1024
BODY_WITHIN = 30.0
"""Wall seconds within which a body has to arrive."""
DEPTH_LIMIT = 200
UNKNOWN = 'unknown'
"""What managedFields call who says nothing of itself (fieldmanager: buildManagerInfo)."""
NUMBERS = ('limit', 'timeoutSeconds', 'gracePeriodSeconds', 'sinceSeconds', 'tailLines', 'limitBytes')


def query_of(request: web.BaseRequest) -> dict[str, Any]:
    """The parameters of the URL; those that stand more than once are lists. Raises BadRequest for a bad number."""
    found: dict[str, Any] = {}
    for name in request.query:
        values = request.query.getall(name)
        found[name] = values if len(values) > 1 else values[0]
        if name in NUMBERS:
            for value in values:
                _check_number(value)
    return found


def _check_number(value: str) -> None:
    digits = value.removeprefix('-')
    if value and not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise errors.bad_request(f'strconv.ParseInt: parsing {json.dumps(value)}: invalid syntax')


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
    content_type = request.headers.get('Content-Type', '')
    if request.method == 'PATCH':
        content_type = negotiation.media_type(content_type)
        _check_depth(body)
        content: Any = body
    elif body:
        if negotiation.media_type(content_type) == negotiation.PROTOBUF:
            content, content_type = decode_protobuf(body, kind), negotiation.JSON
        else:
            content_type = negotiation.check_body_type(content_type)
            content = decode(body, content_type, kind)
    else:
        content = {} if request.method in ('POST', 'PUT') else None
    return Request(request.method, request.path, query, content, content_type or negotiation.JSON, accept, user,
                   impersonate, request.headers.get('User-Agent') or UNKNOWN)


def decode(body: bytes, media: str, kind: str) -> Any:
    """The object that a body is; raises BadRequest (rest.go: transformDecodeError)."""
    from tutor.apimachinery import decode as decoder
    _check_depth(body)
    try:
        if media == negotiation.YAML:
            return decoder.one(body)
        return json.loads(body)
    except RecursionError:
        raise errors.bad_request('json: exceeded max depth') from None
    except ValueError as error:
        problem = str(error) if media == negotiation.YAML else decoder.json_problem(body, error)
        raise errors.bad_request(
            f"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; "
            f'json parse error: {problem} ({_summary(body)})') from None


def decode_protobuf(body: bytes, kind: str) -> Any:
    """The object that a protobuf body is; raises BadRequest, UnsupportedMediaType."""
    try:
        return protobuf.decode(body)
    except protobuf.UnknownMessage:
        raise errors.unsupported_media_type(negotiation.OFFERED) from None
    except (ValueError, RecursionError) as error:
        raise errors.bad_request(
            f'the object provided is unrecognized (must be of type {kind}): {error} ({_summary(body)})') from None


def _check_depth(body: bytes) -> None:
    """Refuse deep nesting before anything that walks the object runs out of stack."""
    if body.count(b'[') + body.count(b'{') <= DEPTH_LIMIT:
        return
    depth, quoted, escaped = 0, False, False
    for byte in body:
        if quoted:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                quoted = False
        elif byte == 0x22:
            quoted = True
        elif byte in b'[{':
            depth += 1
            if depth > DEPTH_LIMIT:
                raise errors.bad_request('json: exceeded max depth')
        elif byte in b']}':
            depth -= 1


def _summary(body: bytes) -> str:
    """summarizeData: the beginning of what was sent, in hexadecimal."""
    return body[:30].hex() + (' ...' if len(body) > 30 else '')
