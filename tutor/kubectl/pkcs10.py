"""What kubectl reads out of a PEM certificate request: its subject and its alternative names (RFC 2986)."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_PEM = re.compile(rb'-----BEGIN ([^-]+)-----\s*(.*?)\s*-----END \1-----', re.S)
_NAMES = {b'\x55\x04\x03': 'Common Name', b'\x55\x04\x05': 'Serial Number', b'\x55\x04\x06': 'Country',
          b'\x55\x04\x07': 'Locality', b'\x55\x04\x08': 'Province', b'\x55\x04\x09': 'StreetAddress',
          b'\x55\x04\x0a': 'Organization', b'\x55\x04\x0b': 'Organizational Unit', b'\x55\x04\x11': 'PostalCode'}
_EXTENSION_REQUEST = b'\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e'
_SUBJECT_ALT_NAME = b'\x55\x1d\x11'
_ALTERNATIVES = {0x81: 'Email Addresses', 0x82: 'DNS Names', 0x86: 'URIs', 0x87: 'IP Addresses'}
SEQUENCE, SET, OBJECT_ID, OCTETS = 0x30, 0x31, 0x06, 0x04


class RequestError(ValueError):
    """Not a certificate request."""


@dataclass(slots=True)
class CertificateRequest:
    subject: dict[str, list[str]] = field(default_factory=dict)
    alternatives: dict[str, list[str]] = field(default_factory=dict)

    def last(self, name: str) -> str:
        values = self.subject.get(name)
        return values[-1] if values else ''


def parse_request(pem: bytes) -> CertificateRequest:
    """ParseCSR."""
    block = _PEM.search(pem)
    if block is None or block[1] != b'CERTIFICATE REQUEST':
        raise RequestError('PEM block type must be CERTIFICATE REQUEST')
    try:
        return _parse(base64.b64decode(block[2]))
    except (IndexError, ValueError, StopIteration) as error:
        raise RequestError('asn1: structure error: malformed certificate request') from error


def _parse(data: bytes) -> CertificateRequest:
    whole = next(_items(data))[1]
    _, name, _, *attributes = _items(next(_items(whole))[1])
    found = CertificateRequest()
    for _, names in _items(name[1]):
        for _, pair in _items(names):
            (_, identifier), (_, value) = _items(pair)
            if identifier in _NAMES:
                found.subject.setdefault(_NAMES[identifier], []).append(value.decode(errors='replace'))
    for _, content in attributes:
        for _, attribute in _items(content):
            (_, identifier), (_, values) = _items(attribute)
            if identifier == _EXTENSION_REQUEST:
                _extensions(next(_items(values))[1], found)
    return found


def _extensions(data: bytes, found: CertificateRequest) -> None:
    for _, extension in _items(data):
        parts = list(_items(extension))
        if parts[0][1] != _SUBJECT_ALT_NAME:
            continue
        for tag, value in _items(next(_items(parts[-1][1]))[1]):
            if tag in _ALTERNATIVES:
                text = str(ipaddress.ip_address(value)) if tag == 0x87 else value.decode()
                found.alternatives.setdefault(_ALTERNATIVES[tag], []).append(text)


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The (tag, content) pairs of DER data."""
    at = 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[at:at + count], 'big')
            at += count
        if at + size > len(data):
            raise ValueError('truncated')
        yield tag, data[at:at + size]
        at += size
