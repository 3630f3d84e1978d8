"""Watches over HTTP: nothing is lost, nobody waits for a slow one, and none is left behind."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tutor.server import watches

SPACE = 'watches'
MAPS = f'/api/v1/namespaces/{SPACE}/configmaps'
JSON = 'application/json'


class Watching:
    """A watch on a socket of its own, read event by event."""

    def __init__(self, caller, query: str, receive_buffer: int = 0) -> None:
        raw = socket.socket()
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.settimeout(20)
        raw.connect(('127.0.0.1', caller.port))
        self.socket = caller.context.wrap_socket(raw)
        self.socket.sendall(f'GET {MAPS}?watch=true&{query} HTTP/1.0\r\nHost: x\r\n'
                            f'Authorization: Bearer {caller.token}\r\n\r\n'.encode())
        self._file = self.socket.makefile('rb')
        self.status = int(self._file.readline().split()[1])
        while self._file.readline().strip():
            pass

    def next(self) -> dict[str, Any] | None:
        """The next event, None at the end."""
        while line := self._file.readline():
            if line.startswith(b'{'):
                return json.loads(line)
        return None

    def close(self) -> None:
        self._file.close()
        self.socket.close()


@pytest.fixture(scope='module')
def space(caller) -> Iterator[str]:
    caller.ask('POST', '/api/v1/namespaces', json.dumps({'metadata': {'name': SPACE}}).encode(), Content_Type=JSON)
    yield SPACE
    caller.ask('DELETE', f'/api/v1/namespaces/{SPACE}')


def write(caller, name: str, text: str = '') -> str:
    """The resourceVersion of a new ConfigMap."""
    body = json.dumps({'metadata': {'name': name}, 'data': {'text': text}}).encode()
    return caller.ask('POST', MAPS, body, Content_Type=JSON)[1]['metadata']['resourceVersion']


def version(caller) -> str:
    return caller.ask('GET', MAPS)[1]['metadata']['resourceVersion']


def test_a_watch_sees_each_change_once(caller, space: str) -> None:
    watching = [Watching(caller, f'resourceVersion={version(caller)}') for _ in range(5)]
    versions = [write(caller, f'each{number}') for number in range(20)]
    for one in watching:
        events = [one.next() for _ in versions]
        assert [event['object']['metadata']['resourceVersion'] for event in events if event] == versions
        one.close()


def test_initial_events_end_with_a_bookmark(caller, space: str) -> None:
    write(caller, 'initial')
    watching = Watching(caller, 'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan'
                                '&fieldSelector=metadata.name%3Dinitial')
    first, mark = watching.next(), watching.next()
    assert first and mark and (first['type'], mark['type']) == ('ADDED', 'BOOKMARK')
    assert mark['object']['metadata']['annotations'] == {'k8s.io/initial-events-end': 'true'}
    assert mark['object']['metadata']['resourceVersion'] == version(caller)


def test_a_watch_that_is_over_ends_its_stream(caller, space: str) -> None:
    watching = Watching(caller, f'resourceVersion={version(caller)}&timeoutSeconds=1&allowWatchBookmarks=true')
    mark = watching.next()
    assert mark and mark['type'] == 'BOOKMARK'
    assert watching.next() is None


def test_a_compacted_version_is_gone(caller, served, space: str) -> None:
    write(caller, 'compacted1')
    store = served.cluster.store
    served.call(lambda: store.compact(store.revision))
    watching = Watching(caller, 'resourceVersion=1')
    event = watching.next()
    assert event and (event['type'], event['object']['code'], event['object']['reason']) == ('ERROR', 410, 'Expired')
    assert watching.next() is None


def test_who_does_not_read_is_dropped_and_holds_up_nobody(caller, served, space: str, monkeypatch) -> None:
    monkeypatch.setattr(watches, 'SENT_WITHIN', 0.5)
    start = f'resourceVersion={version(caller)}'
    slow, quick = Watching(caller, start, receive_buffer=4096), Watching(caller, start)
    names = [f'slow{number}' for number in range(20)]
    for name in names:
        write(caller, name, 'x' * 500_000)
        event = quick.next()
        assert event and event['object']['metadata']['name'] == name
    caller.wait(lambda: served.open_watches('configmaps', SPACE) == 1)
    quick.close()
    caller.wait(lambda: served.open_watches('configmaps', SPACE) == 0)
    with pytest.raises((ConnectionError, AssertionError, json.JSONDecodeError, OSError)):
        for _ in names:
            assert slow.next()


def test_events_say_who_manages_which_fields(caller, space: str) -> None:
    watching = Watching(caller, 'fieldSelector=metadata.name=owned')
    write(caller, 'owned')
    event = watching.next()
    assert event is not None and event['object']['metadata']['managedFields'][0]['fieldsV1'] == {
        'f:data': {'.': {}, 'f:text': {}}}
    assert event['object'] == caller.ask('GET', f'{MAPS}/owned')[1]
    watching.close()
