"""Content types: what a client accepts and what it sent (apiserver/pkg/endpoints/handlers/negotiation)."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.apimachinery import errors

JSON = 'application/json'
YAML = 'application/yaml'
PROTOBUF = 'application/vnd.kubernetes.protobuf'
OFFERED = (JSON, YAML, PROTOBUF)
ANY = ('*/*', 'application/*')
FORMS = ('', 'Table', 'PartialObjectMetadata', 'PartialObjectMetadataList')
PARTS = FORMS[2:]
"""Forms that every resource has in protobuf: they are the API machinery's own."""


def media_type(header: str) -> str:
    """A content type without its parameters."""
    return header.partition(';')[0].strip().lower()


def accepted(header: str, protobuf: bool = False) -> tuple[str, str]:
    """The clause of an Accept header that is served, and the media type to answer in: protobuf for objects that have
    it, and for metadata alone. Raises NotAcceptable."""
    for clause in header.split(',') if header.strip() else ['*/*']:
        media, form = media_type(clause), _parameter(clause, 'as')
        if media not in (*OFFERED, *ANY) or form not in FORMS:
            continue
        if media == PROTOBUF and form not in (PARTS if form or not protobuf else FORMS[:1]):
            continue
        if _parameter(clause, 'as') and _parameter(clause, 'v') not in ('', 'v1'):
            continue
        return clause.strip(), JSON if media in ANY else media
    raise errors.not_acceptable(OFFERED)


def wants(header: str, special: tuple[str, ...]) -> bool:
    """Whether one of some media types is the first that is served besides JSON."""
    first = next((media for media in map(media_type, header.split(',')) if media in (*special, JSON, *ANY)), '')
    return first in special


def check_body_type(header: str) -> str:
    """The media type of a body that is an object; raises UnsupportedMediaType. None given means JSON."""
    media = media_type(header) or JSON
    if media not in (JSON, YAML):
        raise errors.unsupported_media_type(OFFERED)
    return media


def _parameter(clause: str, name: str) -> str:
    for part in clause.split(';')[1:]:
        key, _, value = part.partition('=')
        if key.strip() == name:
            return value.strip()
    return ''


_INDENTED = ('/', '/version')
_PROGRAMS = ('curl', 'Wget', 'Mozilla/5.0')
_YES = ('1', 't', 'T', 'true', 'True', 'TRUE')


def is_pretty(path: str, query: Mapping[str, str], user_agent: str) -> bool:
    """Whether JSON is indented: always on the paths whose handlers do so (WriteRawJSON), else for who asks for it and
    for the programs that people read with (isPrettyPrint)."""
    if path in _INDENTED:
        return True
    return query['pretty'] in _YES if query.get('pretty') else user_agent.startswith(_PROGRAMS)
