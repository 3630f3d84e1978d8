"""A Response becomes an HTTP answer."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tutor.apimachinery.errors import PageNotFound, StatusError
from tutor.apimachinery.printing.go_structs import as_served
from tutor.apimachinery.protobuf import encoding, swagger
from tutor.client.transport import Response
from tutor.server import negotiation

TEXT = 'text/plain; charset=utf-8'
CACHE = 'no-cache, private'


def to_http(response: Response, media: str, nested: bool = True) -> web.Response:
    """The answer in the media type asked for. `nested` False leaves kind and version out of a list's items. Raises
    Unencodable for what has no protobuf."""
    body = response.body
    headers = [('Cache-Control', CACHE), *(('Warning', warning(text)) for text in response.warnings)]
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
    return web.Response(status=response.status, body=encode(body, media), headers=[*headers, ('Content-Type', kind)])


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


def encode(body: Any, media: str = negotiation.JSON) -> bytes:
    """An object in a media type; raises Unencodable for one that has no protobuf."""
    if media == negotiation.YAML:
        import yaml
        return yaml.safe_dump(body, sort_keys=True, allow_unicode=True).encode()
    if media == negotiation.PROTOBUF:
        return encoding.encode(body)
    if media == swagger.MEDIA:
        return swagger.encode(body)
    if isinstance(body, dict) and 'items' not in body:  # where a list is long, its order costs too much
        body = as_served(body)
    return json.dumps(body, separators=(',', ':'), ensure_ascii=False).encode('utf-8', 'replace') + b'\n'


def warning(text: str) -> str:
    """A Warning header (apimachinery/pkg/util/net: NewWarningHeader)."""
    clean = ''.join(character if character.isprintable() else ' ' for character in text)
    escaped = clean.replace('\\', '\\\\').replace('"', '\\"')
    return f'299 - "{escaped}"'


def _without_type(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ('apiVersion', 'kind')}
