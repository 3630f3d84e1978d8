"""SPDY/3.1: bytes in, streams; streams, bytes out."""

from __future__ import annotations

import struct
import zlib

import pytest

from tutor.server.spdy import frames
from tutor.server.spdy.connection import Connection, Refused, Stream
from tutor.server.spdy.frames import BadFrame, Control, Data, FrameReader, encode
from tutor.server.spdy.headers import DICTIONARY, BadHeaders, HeaderReader, HeaderWriter


class Echo:
    """A receiver that sends everything back, and finishes when the client has."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def opened(self, stream: Stream) -> None:
        self.seen.append(f'opened {stream.headers["port"]}')

    def data(self, stream: Stream, data: bytes) -> None:
        stream.send(data)

    def finished(self, stream: Stream) -> None:
        stream.finish()

    def reset(self, stream: Stream) -> None:
        self.seen.append('reset')


class Client:
    """The other side: what it has sent and what it got."""

    def __init__(self) -> None:
        self.echo, self._headers, self._got = Echo(), HeaderWriter(), bytearray()
        self._reader, self.headers = FrameReader(), HeaderReader()
        self.connection = Connection(self._got.extend, self._accept)

    def _accept(self, stream: Stream) -> Echo:
        if stream.headers['port'] == '0':
            raise Refused
        return self.echo

    def open(self, number: int, port: str = '80', flags: int = 0) -> None:
        head = struct.pack('>IIBB', number, 0, 0, 0)
        block = self._headers.write({'port': port})
        self.send(Control(frames.SYN_STREAM, head + block, flags))

    def send(self, frame: frames.Frame) -> None:
        for byte in encode(frame):  # the worst of all networks
            self.connection.receive(bytes([byte]))

    def got(self) -> list[frames.Frame]:
        found = list(self._reader.feed(bytes(self._got)))
        self._got.clear()
        return found


def test_dictionary_is_the_one_of_the_specification() -> None:
    assert zlib.adler32(DICTIONARY) == 0xE3C6A7C2


def test_headers_of_a_connection_build_on_one_another() -> None:
    writer, reader = HeaderWriter(), HeaderReader()
    first = writer.write({'StreamType': 'data', 'port': '80'})
    assert reader.read(first) == {'streamtype': 'data', 'port': '80'}
    second = writer.write({'StreamType': 'data', 'port': '80'})
    assert len(second) < len(first)
    assert reader.read(second) == {'streamtype': 'data', 'port': '80'}


@pytest.mark.parametrize('block', [
    b'nonsense', HeaderWriter().write({'a': 'b'})[:8], HeaderWriter().write({'a': 'x' * 100_000})])
def test_headers_that_cannot_be_read(block: bytes) -> None:
    with pytest.raises(BadHeaders):
        HeaderReader().read(block)


def test_a_stream_from_open_to_close() -> None:
    client = Client()
    client.open(1)
    (reply,) = client.got()
    assert isinstance(reply, Control) and (reply.kind, reply.number()) == (frames.SYN_REPLY, 1)
    assert client.headers.read(reply.payload[4:]) == {}
    client.send(Data(1, b'hello'))
    client.send(Data(1, b'', True))
    assert client.got() == [Data(1, b'hello'), Data(1, b'', True)]
    client.send(Data(1, b'late'))
    assert client.got() == []


def test_a_large_answer_is_cut_into_frames() -> None:
    client = Client()
    client.open(1)
    client.got()
    client.connection.receive(encode(Data(1, b'x' * 100_000)))
    assert [len(frame.payload) for frame in client.got()] == [32768, 32768, 32768, 1696]


def test_a_refused_stream_is_reset_and_the_next_one_works() -> None:
    client = Client()
    client.open(1, port='0')
    assert client.got() == [Control(frames.RST_STREAM, struct.pack('>II', 1, frames.CANCEL))]
    client.open(3)
    assert [frame.kind for frame in client.got() if isinstance(frame, Control)] == [frames.SYN_REPLY]


def test_a_reset_reaches_the_receiver_once() -> None:
    client = Client()
    client.open(1)
    for _ in range(2):
        client.send(Control(frames.RST_STREAM, struct.pack('>II', 1, frames.CANCEL)))
    assert client.echo.seen == ['opened 80', 'reset']


def test_pings_are_answered_and_the_rest_is_ignored() -> None:
    client = Client()
    client.send(Control(frames.PING, struct.pack('>I', 7)))
    client.send(Control(frames.SETTINGS, struct.pack('>III', 1, 4, 100)))
    client.send(Control(frames.WINDOW_UPDATE, struct.pack('>II', 1, 100)))
    client.send(Control(frames.GOAWAY, struct.pack('>II', 0, 0)))
    client.send(Control(frames.PING, struct.pack('>I', 2)))
    assert client.got() == [Control(frames.PING, struct.pack('>I', 7))]


@pytest.mark.parametrize('data', [
    b'\xff' * 8,
    encode(Control(frames.SYN_STREAM, b'')),
    encode(Control(frames.PING, b'1')),
    struct.pack('>II', 1, 0xFFFFFF),
    struct.pack('>HHI', 0x8002, frames.PING, 4) + bytes(4),
])
def test_what_is_not_spdy_ends_the_connection(data: bytes) -> None:
    with pytest.raises((BadFrame, BadHeaders)):
        Client().connection.receive(data)


def test_a_stream_cannot_be_opened_twice() -> None:
    client = Client()
    client.open(3)
    for number in (3, 1, 4):
        with pytest.raises(BadFrame):
            client.open(number)
