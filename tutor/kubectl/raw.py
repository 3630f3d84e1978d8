"""--raw: a request to any path, its answer as it came (kubectl/pkg/rawhttp)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tutor.kubectl.factory import Factory


def raw(factory: Factory, method: str, uri: str, body: Any = None) -> int:
    """Send it and print the answer; raises StatusError."""
    parts = urlsplit(uri)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    answer = factory.client.request(method, parts.path, body, **query).body
    if isinstance(answer, (bytes, str)):
        factory.io.stdout.write(answer)
    else:
        from tutor.apimachinery.printing.json import to_json
        # The handlers of these paths indent what they write; resources come on one line with a newline at its end.
        indent = 2 if parts.path in ('/version', '/') else None
        text = to_json(answer, indent, sort_keys=False)
        factory.io.stdout.write(text if indent else f'{text}\n')
    return 0


async def raw_body(factory: Factory, method: str, uri: str, filenames: tuple[str, ...]) -> int:
    """The same with a body from a file or standard input."""
    data = await factory.io.stdin.read() if filenames[0] == '-' else factory.read(filenames[0])
    return raw(factory, method, uri, data)
