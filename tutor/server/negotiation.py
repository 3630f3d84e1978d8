"""Content types: what a client accepts and what it sent (apiserver/pkg/endpoints/handlers/negotiation)."""

from __future__ import annotations

from tutor.apimachinery import errors

JSON = 'application/json'
YAML = 'application/yaml'
OFFERED = (JSON, YAML)
ANY = ('*/*', 'application/*')
FORMS = ('', 'Table', 'PartialObjectMetadata', 'PartialObjectMetadataList')


def media_type(header: str) -> str:
    """A content type without its parameters."""
    return header.partition(';')[0].strip().lower()


def accepted(header: str) -> tuple[str, str]:
    """The clause of an Accept header that is served, and the media type to answer in; raises NotAcceptable."""
    for clause in header.split(',') if header.strip() else ['*/*']:
        media = media_type(clause)
        if media not in (*OFFERED, *ANY) or _parameter(clause, 'as') not in FORMS:
            continue
        if _parameter(clause, 'as') and _parameter(clause, 'v') not in ('', 'v1'):
            continue
        return clause.strip(), YAML if media == YAML else JSON
    raise errors.not_acceptable(OFFERED)


def check_body_type(header: str) -> str:
    """The media type of a body that is an object; raises UnsupportedMediaType. None given means JSON."""
    media = media_type(header) or JSON
    if media not in OFFERED:
        raise errors.unsupported_media_type(OFFERED)
    return media


def _parameter(clause: str, name: str) -> str:
    for part in clause.split(';')[1:]:
        key, _, value = part.partition('=')
        if key.strip() == name:
            return value.strip()
    return ''
