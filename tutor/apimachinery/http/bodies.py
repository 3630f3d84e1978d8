"""Bodies of requests become objects, and objects the bodies of answers; each is checked on its way in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tutor.apimachinery import decode as decoder
from tutor.apimachinery import errors
from tutor.apimachinery.http import negotiation
from tutor.apimachinery.printing.go_structs import as_served
from tutor.apimachinery.protobuf import decoding as protobuf
from tutor.apimachinery.protobuf import encoding, swagger

DEPTH_LIMIT = 200
NUMBERS = ('limit', 'timeoutSeconds', 'gracePeriodSeconds', 'sinceSeconds', 'tailLines', 'limitBytes')


def check_numbers(query: Mapping[str, Any]) -> None:
    """Raises BadRequest for a parameter of the URL that should be a number and is none."""
    for name in NUMBERS:
        value = query.get(name, ())
        for each in value if isinstance(value, list) else [value] if value else ():
            _check_number(each)


def _check_number(value: str) -> None:
    digits = value.removeprefix('-')
    if value and not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise errors.bad_request(f'strconv.ParseInt: parsing {json.dumps(value)}: invalid syntax')


def content(method: str, header: str, body: bytes, kind: str) -> tuple[Any, str]:
    """What a request with a Content-Type header brings, and its media type: an object, or the bytes of a patch. `kind`
    names in errors what it should be. Raises BadRequest, UnsupportedMediaType."""
    if method == 'PATCH':
        _check_depth(body)
        return body, negotiation.media_type(header) or negotiation.JSON
    if not body:
        return {} if method in ('POST', 'PUT') else None, header or negotiation.JSON
    if negotiation.media_type(header) == negotiation.PROTOBUF:
        return decode_protobuf(body, kind), negotiation.JSON
    media = negotiation.check_body_type(header)
    return decode(body, media, kind), media


def decode(body: bytes, media: str, kind: str) -> Any:
    """The object that a body is; raises BadRequest (rest.go: transformDecodeError)."""
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


def encode(body: Any, media: str = negotiation.JSON, pretty: bool = False) -> bytes:
    """An object in a media type, JSON perhaps indented; raises Unencodable for one that has no protobuf."""
    if media == negotiation.YAML:
        import yaml
        return yaml.safe_dump(body, sort_keys=True, allow_unicode=True).encode()
    if media == negotiation.PROTOBUF:
        return encoding.encode(body)
    if media == swagger.MEDIA:
        return swagger.encode(body)
    if isinstance(body, dict) and 'items' not in body:  # where a list is long, its order costs too much
        body = as_served(body)
    if pretty:
        return json.dumps(body, indent=2, ensure_ascii=False).encode('utf-8', 'replace')
    return json.dumps(body, separators=(',', ':'), ensure_ascii=False).encode('utf-8', 'replace') + b'\n'


def warning(text: str) -> str:
    """A Warning header (apimachinery/pkg/util/net: NewWarningHeader)."""
    clean = ''.join(character if character.isprintable() else ' ' for character in text)
    escaped = clean.replace('\\', '\\\\').replace('"', '\\"')
    return f'299 - "{escaped}"'
