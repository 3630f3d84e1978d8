"""Whatever is sent, the answer is a Status, and the server goes on."""

from __future__ import annotations

import http.client
import json
import socket
import ssl

import pytest

from tests.unit.server.conftest import Caller
from tutor.server import requests, service

CONFIGMAPS = '/api/v1/namespaces/default/configmaps'
JSON = 'application/json'


def test_the_kubeconfig_is_for_its_owner_only(served) -> None:
    assert served.kubeconfig.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(('body', 'content_type', 'code'), [
    (b'{"kind":"ConfigMap",', JSON, 400),
    (b'[]', JSON, 400),
    (b'null', JSON, 400),
    (b'"text"', JSON, 400),
    (b'\xff\xfe\x00', JSON, 400),
    (b'{"a":' * 5000 + b'1' + b'}' * 5000, JSON, 400),
    (b'[' * 100_000, JSON, 400),
    (b'a: [', 'application/yaml', 400),
    (b'a: &a [*a]', 'application/yaml', 400),
    (b'<xml/>', 'application/xml', 415),
    (b'k8s\x00\xff\xff', 'application/vnd.kubernetes.protobuf', 400),
    (b'{}', 'application/vnd.kubernetes.protobuf', 400),
])
def test_a_bad_body_gets_a_status(caller, body: bytes, content_type: str, code: int) -> None:
    assert caller.refused('POST', CONFIGMAPS, body, Content_Type=content_type)[0] == code


def test_a_large_body_is_refused(caller) -> None:
    body = b'{"data":{"a":"' + b'x' * (4 * 1024 * 1024) + b'"}}'
    assert caller.refused('POST', CONFIGMAPS, body, Content_Type=JSON) == (
        413, 'Request entity is too large: limit is 3145728')


@pytest.mark.parametrize('path', [
    '/api/v1/namespaces/default/configmaps/../../../../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd',
    '/api/v1/namespaces/default/configmaps/%00', '/api/v1/namespaces/default/configmaps/a%2Fb%2Fc', '/static/x',
    '/apis/%F0%9F%92%A9/v1/x', '/api/v1/' + 'a/' * 500])
def test_path_tricks_find_nothing(caller, path: str) -> None:
    assert caller.refused('GET', path)[0] == 404


def test_a_path_that_nobody_serves_is_no_status(caller) -> None:
    assert caller.ask('GET', '/nosuch') == (404, '404 page not found\n')
    assert caller.ask('GET', '/apis/nosuch/v1/things?watch=1') == (404, '404 page not found\n')
    assert caller.refused('GET', '/nosuch', Impersonate_User='nobody')[0] == 403


@pytest.mark.parametrize('query', ['limit=x', 'continue=%00', 'labelSelector=a%20b%20c', 'fieldSelector=nope%3D1',
                                   'watch=1&timeoutSeconds=-x'])
def test_bad_parameters_are_bad_requests(caller, query: str) -> None:
    assert caller.refused('GET', f'{CONFIGMAPS}?{query}')[0] == 400


def test_a_version_that_is_no_number_is_the_watch_caches_own_error(caller) -> None:
    code, message = caller.refused('GET', f'{CONFIGMAPS}?watch=1&resourceVersion=abc')
    assert code == 500 and 'resourceVersion: Invalid value: "abc"' in message


def test_credentials_are_checked(caller) -> None:
    for token in ('wrong', 'a.b.c', 'é', 'a' * 5000):
        assert caller.refused('GET', CONFIGMAPS, Authorization=f'Bearer {token}') == (401, 'Unauthorized')
    assert caller.refused('GET', CONFIGMAPS, Authorization='')[0] == 403
    assert caller.refused('GET', CONFIGMAPS, Impersonate_User='nobody')[0] == 403
    assert caller.refused('GET', CONFIGMAPS, Impersonate_Group='system:masters')[0] == 400


def test_answers_only_in_what_it_speaks(caller) -> None:
    assert caller.refused('GET', CONFIGMAPS, Accept='application/xml')[0] == 406
    code, found = caller.ask('GET', CONFIGMAPS, Accept='application/xml,application/json')
    assert code == 200 and all('kind' not in item for item in found['items'])


def test_metadata_alone_of_a_list(caller) -> None:
    accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
    found = caller.ask('GET', CONFIGMAPS, Accept=accept)[1]
    assert found['kind'] == 'PartialObjectMetadataList'
    assert all(set(item) == {'kind', 'apiVersion', 'metadata'} for item in found['items'])


@pytest.mark.parametrize('method', ['TRACE', 'OPTIONS', 'PUT'])
def test_other_methods_are_not_allowed(caller, method: str) -> None:
    assert caller.refused(method, CONFIGMAPS)[0] == 405


def test_streams_need_an_upgrade(caller) -> None:
    for subresource in ('exec', 'attach', 'portforward'):
        code, _ = caller.refused('POST', f'/api/v1/namespaces/default/pods/none/{subresource}?command=ls')
        assert code in (400, 404)


def test_goes_on_beside_those_who_never_finish(caller) -> None:
    raw = socket.create_connection(('127.0.0.1', caller.port))
    slow = caller.context.wrap_socket(socket.create_connection(('127.0.0.1', caller.port)))
    slow.sendall(b'POST /api/v1/namespaces HTTP/1.1\r\nContent-Length: 10\r\n')
    raw.sendall(b'GET / HTTP/1.1\r\n\r\n')
    connection = http.client.HTTPSConnection('127.0.0.1', caller.port, context=caller.context, timeout=10)
    connection.request('GET', '/readyz')
    assert connection.getresponse().read() == b'ok'
    raw.close()
    slow.close()
    connection.close()


class Raw:
    """A TLS connection on which anything may be sent; `answer` reads the status and the Status."""

    def __init__(self, caller) -> None:
        self.socket = caller.context.wrap_socket(socket.create_connection(('127.0.0.1', caller.port), timeout=10))
        self.head = (f'POST {CONFIGMAPS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {caller.token}\r\n'
                     f'Content-Type: {JSON}\r\n').encode()

    def answer(self) -> tuple[int, str]:
        found = http.client.HTTPResponse(self.socket)
        found.begin()
        return found.status, json.loads(found.read())['reason']


def test_fifty_megabytes_are_refused_before_they_are_sent(caller) -> None:
    raw = Raw(caller)
    raw.socket.sendall(raw.head + b'Content-Length: 52428800\r\n\r\n{"data":')
    assert raw.answer() == (413, 'RequestEntityTooLarge')


def test_a_body_of_unknown_length_is_cut_off(caller) -> None:
    raw = Raw(caller)
    raw.socket.sendall(raw.head + b'Transfer-Encoding: chunked\r\n\r\n')
    try:
        for _ in range(50):
            raw.socket.sendall(b'100000\r\n' + b'x' * 0x100000 + b'\r\n')
    except (ConnectionError, ssl.SSLError):
        pass  # it has hung up, as it may
    else:
        assert raw.answer() == (413, 'RequestEntityTooLarge')


def test_a_body_that_does_not_come_is_not_waited_for(caller, monkeypatch) -> None:
    monkeypatch.setattr(requests, 'BODY_WITHIN', 0.1)
    raw = Raw(caller)
    raw.socket.sendall(raw.head + b'Content-Length: 10\r\n\r\n{')
    assert raw.answer() == (504, 'Timeout')


def test_headers_that_come_a_little_at_a_time_are_not_waited_for(serve_bare, monkeypatch) -> None:
    monkeypatch.setattr(service, 'IDLE_WITHIN', 0.3)
    slow = Raw(Caller(serve_bare().kubeconfig)).socket
    slow.sendall(b'GET /version HTTP/1.1\r\nHost: x\r\nX-A')
    assert slow.recv(1) == b''


@pytest.mark.parametrize('sent', [b'GET / HTTP/1.1\r\n\r\n', b'\x16\x03\x01\x00\x05nope!', b'\x00' * 100])
def test_what_is_no_tls_ends_its_connection_only(caller, sent: bytes) -> None:
    with socket.create_connection(('127.0.0.1', caller.port), timeout=10) as raw:
        raw.sendall(sent)
        try:
            while raw.recv(1024):
                pass
        except ConnectionError:
            pass
    assert caller.ask('GET', CONFIGMAPS)[0] == 200


@pytest.mark.parametrize('sent', [
    b'GET / HTTP/9.9\r\n\r\n', b'nonsense\r\n\r\n', b'GET / HTTP/1.1\r\nA: ' + b'x' * 12_000 + b'\r\n\r\n',
    b'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
    b'POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'])
def test_what_is_no_http_is_answered_as_such(caller, sent: bytes) -> None:
    raw = Raw(caller)
    raw.socket.sendall(sent)
    assert raw.socket.recv(1024).startswith(b'HTTP/1.')
    assert caller.ask('GET', CONFIGMAPS)[0] == 200


def test_one_who_hangs_up_in_the_middle_is_forgotten(caller) -> None:
    for _ in range(20):
        raw = Raw(caller)
        raw.socket.sendall(raw.head + b'Content-Length: 1000\r\n\r\n{"metadata"')
        raw.socket.close()
    assert caller.ask('GET', CONFIGMAPS)[0] == 200


def test_nothing_of_this_failed_inside(served, caller) -> None:
    assert served.service.failures == []
