"""RESP2, the protocol between Redis and its clients."""

from __future__ import annotations

from typing import Any

from tutor.cluster.simulation import BrokenPipe, Reader

MAX_BULK = 16 * 1024 * 1024
Reply = Any


class RedisError(Exception):
    """An error reply."""


class Status(str):
    """A simple string reply."""


async def read_request(reader: Reader) -> list[str] | None:
    """A command, as an array of bulk strings or as a line; None at the end."""
    line = (await reader.readline()).rstrip(b'\r\n')
    if not line:
        return None
    if not line.startswith(b'*'):
        return line.decode('utf-8', 'replace').split()
    words = []
    for _ in range(int(line[1:])):
        size = int((await reader.readline())[1:].strip())
        if size > MAX_BULK:
            raise RedisError('too large')
        words.append((await _exactly(reader, size + 2))[:-2].decode('utf-8', 'surrogateescape'))
    return words


async def _exactly(reader: Reader, size: int) -> bytes:
    data = b''
    while len(data) < size:
        piece = await reader.read(size - len(data))
        if not piece:
            break
        data += piece
    return data


def encode(reply: Reply) -> bytes:
    """RESP2."""
    if reply is None:
        return b'$-1\r\n'
    if isinstance(reply, RedisError):
        return f'-{reply}\r\n'.encode()
    if isinstance(reply, Status):
        return f'+{reply}\r\n'.encode()
    if isinstance(reply, int):
        return f':{reply}\r\n'.encode()
    if isinstance(reply, list):
        return f'*{len(reply)}\r\n'.encode() + b''.join(encode(item) for item in reply)
    data = reply.encode('utf-8', 'surrogateescape')
    return b'$%d\r\n%b\r\n' % (len(data), data)


async def read_reply(reader: Reader) -> Reply:
    """One reply of a server. Raises BrokenPipe at the end of the connection."""
    line = (await reader.readline()).decode('utf-8', 'replace').rstrip('\r\n')
    if not line:
        raise BrokenPipe
    kind, rest = line[0], line[1:]
    if kind == '+':
        return Status(rest)
    if kind == '-':
        return RedisError(rest)
    if kind == ':':
        return int(rest)
    if kind == '*':
        return [await read_reply(reader) for _ in range(max(int(rest), 0))]
    size = int(rest)
    return None if size < 0 else (await _exactly(reader, size + 2))[:-2].decode('utf-8', 'surrogateescape')


def encode_request(words: list[str]) -> bytes:
    """A command as an array of bulk strings."""
    return encode([str(word) for word in words])
