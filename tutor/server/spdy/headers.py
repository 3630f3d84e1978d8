"""The header blocks of SPDY/3: names and values, compressed with a dictionary that both sides know."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

_NAMES = (
    'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow '
    'authorization cache-control connection content-base content-encoding content-language content-length '
    'content-location content-md5 content-range content-type date etag expect expires from host if-match '
    'if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma '
    'proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade '
    'user-agent vary via warning www-authenticate method get status')
_TEXT = (
    '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505'
    '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden'
    '404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable'
    'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT'
    'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,'
    'publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.')
_WORDS = (*_NAMES.split(), '200 OK', 'version', 'HTTP/1.1', 'url', 'public', 'set-cookie', 'keep-alive', 'origin')
DICTIONARY = b''.join(struct.pack('>I', len(word)) + word.encode() for word in _WORDS) + _TEXT.encode()
"""SPDY/3, section 2.6.10.1."""
LARGEST = 64 * 1024
"""Bytes that a header block may have once it is unpacked."""


class BadHeaders(ValueError):
    """A header block that cannot be read; the connection is of no more use, for the next one builds on it."""


class HeaderReader:
    """Unpacks the header blocks of one direction of a connection, in order."""

    def __init__(self) -> None:
        self._unpack = zlib.decompressobj(zdict=DICTIONARY)

    def read(self, block: bytes) -> dict[str, str]:
        """The headers, their names in small letters. Raises BadHeaders."""
        try:
            plain = self._unpack.decompress(block, LARGEST)
        except zlib.error as problem:
            raise BadHeaders(str(problem)) from None
        if self._unpack.unconsumed_tail:
            raise BadHeaders('the header block is too large')
        texts = list(_texts(plain))
        return dict(zip((name.lower() for name in texts[::2]), texts[1::2], strict=True))


class HeaderWriter:
    """Packs the header blocks of one direction of a connection, in order."""

    def __init__(self) -> None:
        self._pack = zlib.compressobj(zdict=DICTIONARY)

    def write(self, headers: Mapping[str, str]) -> bytes:
        plain = struct.pack('>I', len(headers)) + b''.join(
            struct.pack('>I', len(text)) + text for pair in headers.items() for text in map(str.encode, pair))
        return self._pack.compress(plain) + self._pack.flush(zlib.Z_SYNC_FLUSH)


def _texts(plain: bytes) -> Iterator[str]:
    """Names and values in turn."""
    (count,), position = _unpack(plain, 0), 4
    for _ in range(2 * count):
        (size,) = _unpack(plain, position)
        position += 4
        if position + size > len(plain):
            raise BadHeaders('the header block is cut off')
        yield plain[position:position + size].decode('utf-8', 'replace')
        position += size


def _unpack(plain: bytes, position: int) -> tuple[int]:
    try:
        return struct.unpack_from('>I', plain, position)
    except struct.error:
        raise BadHeaders('the header block is cut off') from None
