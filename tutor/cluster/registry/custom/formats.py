"""The string formats that a schema may ask for (kube-openapi/pkg/validation/strfmt); others are not checked."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

_DURATION = re.compile(r'-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w))+|0')
_UUID = re.compile(r'(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}')
_EMAIL = re.compile(r'[^@\s]+@[^@\s]+')
_HOST = re.compile(r'[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?')
_TIME = re.compile(r'(?i)\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d(\.\d+)?(z|[+-]\d\d:\d\d)')


def _parses(parse: Callable[[str], Any]) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        try:
            parse(text)
        except (ValueError, binascii.Error):
            return False
        return True
    return test


def _moment(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text.upper().replace('Z', '+00:00'))


def _uri(text: str) -> bool:
    return bool(urlsplit(text).scheme) or text.startswith('/')


FORMATS: Mapping[str, Callable[[str], bool]] = {
    'byte': _parses(lambda text: base64.b64decode(text, validate=True)),
    'cidr': _parses(lambda text: ipaddress.ip_network(text, strict=False) if '/' in text else int('no mask')),
    'date': _parses(date.fromisoformat),
    'datetime': _parses(_moment),
    'duration': lambda text: _DURATION.fullmatch(text) is not None,
    'email': lambda text: _EMAIL.fullmatch(text) is not None,
    'hostname': lambda text: len(text) < 256 and _HOST.fullmatch(text) is not None,
    'ipv4': _parses(ipaddress.IPv4Address),
    'ipv6': _parses(ipaddress.IPv6Address),
    'mac': lambda text: re.fullmatch(r'(?i)([0-9a-f]{2}[:-]){5}[0-9a-f]{2}', text) is not None,
    'uri': _uri,
    'uuid': lambda text: _UUID.fullmatch(text) is not None,
}
"""Keyed without dashes: 'date-time' and 'datetime' are one."""
