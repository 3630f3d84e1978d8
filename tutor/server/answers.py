"""A Response becomes an HTTP answer."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tutor.apimachinery.errors import PageNotFound, StatusError
from tutor.apimachinery.http import bodies, negotiation
from tutor.client.transport import Response

TEXT = 'text/plain; charset=utf-8'
CACHE = 'no-cache, private'


def to_http(response: Response, media: str, nested: bool = True, pretty: bool = False) -> web.Response:
    """The answer in the media type asked for, JSON perhaps indented. `nested` False leaves kind and version out of a
    list's items. Raises Unencodable for what has no protobuf."""
    body = response.body
    headers = [('Cache-Control', CACHE), *(('Warning', bodies.warning(text)) for text in response.warnings)]
    if isinstance(body, (str, bytes)):
        data = body.encode() if isinstance(body, str) else body
        return web.Response(status=response.status, body=data, headers=[*headers, (
            'Content-Type', response.content_type)])
    if not nested:
        body = {**body, 'items': [_without_type(item) for item in body['items']]}
    seconds = (body.get('details') or {}).get('retryAfterSeconds') if body.get('kind') == 'Status' else None
    if seconds:
        headers.append(('Retry-After', str(seconds)))
    kind = response.content_type if response.content_type != negotiation.JSON else media
    data = bodies.encode(body, media, pretty)
    return web.Response(status=response.status, body=data, headers=[*headers, ('Content-Type', kind)])


def failure(error: StatusError) -> web.Response:
    """A Status as an answer, or the text that one path's error is."""
    if isinstance(error, PageNotFound):
        return to_http(Response(error.code, error.TEXT, content_type=TEXT), negotiation.JSON)
    return to_http(Response(error.code, error.status), negotiation.JSON)


def stream(http: web.BaseRequest, media: str) -> web.StreamResponse:
    """An answer whose length nobody knows: in chunks, or for HTTP/1.0 until the connection ends."""
    response = web.StreamResponse(headers={'Content-Type': media, 'Cache-Control': CACHE})
    if http.version >= (1, 1):
        response.enable_chunked_encoding()
    return response


def _without_type(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ('apiVersion', 'kind')}
