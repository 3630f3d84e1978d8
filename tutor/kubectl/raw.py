"""--raw: a request to any path, its answer as it came (kubectl/pkg/rawhttp)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.http.negotiation import is_pretty
from tutor.apimachinery.http.requestinfo import is_true
from tutor.apimachinery.printing.go_structs import as_served, in_struct_order
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory

_SCHEME = re.compile(r'/|[a-zA-Z][a-zA-Z0-9+.-]*:').match
_BAD_ESCAPE = re.compile(r'%(?![0-9a-fA-F]{2}).{0,2}').search


def check_uri(uri: str) -> None:
    """url.ParseRequestURI; raises KubectlError."""
    problem = '' if _SCHEME(uri) else 'invalid URI for request'
    if bad := _BAD_ESCAPE(uri):
        problem = f'invalid URL escape {go_quote(bad[0])}'
    if problem:
        raise KubectlError(f'--raw must be a valid URL path: parse {go_quote(uri)}: {problem}')


def check_body(uri: str, filenames: tuple[str, ...]) -> None:
    """A request with a body takes it from one file of this machine, or from standard input."""
    if len(filenames) != 1:
        raise KubectlError('--raw can only use a single local file or stdin')
    if filenames[0].startswith(('http://', 'https://')):
        raise KubectlError('--raw cannot read from a url')
    check_uri(uri)


async def raw_get(factory: Factory, uri: str) -> int:
    """The same for GET, where a log and the events of a watch come as they happen."""
    client, stdout = factory.client, factory.io.stdout
    path, query = _split(uri)
    if path.endswith('/log'):
        log = client.stream(path, **query)
        try:
            while line := await log.reader.readline():
                stdout.write(line)
                await stdout.drain()
        finally:
            log.close()
    elif is_true(query.get('watch')):
        from tutor.apimachinery.printing.json import to_json
        stream = client.follow(path, **query)
        try:
            while (event := await stream.next()) is not None:
                shown = {'type': event['type'], 'object': in_struct_order(event['object'])}
                stdout.write(f'{to_json(shown, None, sort_keys=False)}\n')
                await stdout.drain()
        finally:
            stream.close()
    else:
        return raw(factory, 'GET', uri)
    return 0


def _split(uri: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(uri)
    return parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))


def raw(factory: Factory, method: str, uri: str, body: Any = None) -> int:
    """Send it and print the answer; raises StatusError."""
    path, query = _split(uri)
    answer = factory.client.raw(method, path, body, **query).body
    if isinstance(answer, (bytes, str)):
        factory.io.stdout.write(answer)
    else:
        from tutor.apimachinery.printing.json import to_json
        # What comes on one line has a newline at its end.
        indent = 2 if is_pretty(path, query, '') else None
        text = to_json(as_served(answer), indent, sort_keys=False)
        factory.io.stdout.write(text if indent else f'{text}\n')
    return 0


async def raw_body(factory: Factory, method: str, uri: str, filenames: tuple[str, ...]) -> int:
    """The same with a body from a file or standard input."""
    data = await factory.io.stdin.read() if filenames[0] == '-' else factory.read(filenames[0])
    return raw(factory, method, uri, data)
