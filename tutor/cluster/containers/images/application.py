"""A server that is data alone: each listens, logs its first lines, says what it lacks, and answers plain HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tutor.cluster.containers.image import ImageConfig
from tutor.cluster.containers.images.defined import DefinedImage
from tutor.shell.process import Main

HTML, JSON, TEXT = 'text/html; charset=utf-8', 'application/json', 'text/plain; charset=utf-8'
_ANSWER = {'text': '', 'status': 200, 'type': TEXT, 'headers': {}, 'takes': 0, 'cpu': '0', 'after': 0, 'until': 0,
           'log': ''}
_LINE = {'after': 0, 'every': 0, 'error': False}
_USUAL = {'user': '', 'workdir': '/', 'env': {}, 'files': {}, 'start': 0.5, 'grow': '0', 'cpu': '0', 'exit': None,
          'needs': {'env': [], 'files': [], 'text': ''}}


def page(text: str, kind: str = TEXT, status: int = 200, **headers: str) -> dict[str, Any]:
    """What a path answers; underscores in names of headers are dashes."""
    return {**_ANSWER, 'text': text, 'type': kind, 'status': status,
            'headers': {name.replace('_', '-'): value for name, value in headers.items()}}


def leads_to(path: str) -> dict[str, Any]:
    """A path that sends the client elsewhere."""
    return page('', HTML, 302, Location=path)


class Application(DefinedImage):
    """`command` is its process, entrypoint and all; `http` has its pages by port and path, `ports` what else it accepts
    connections on; `logs` go to standard output, `errors` to standard error; `usual` are fields of
    ImageDefinition, `variants` those that a major version has otherwise."""

    def __init__(self, name: str, tags: str, command: str, *, http: Mapping[int, Mapping[str, Any]] | None = None,
                 ports: Sequence[int] = (), logs: str = '', errors: str = '', base: str = 'debian', size: str = '60M',
                 memory: str = '60Mi', code: int = 0, variants: Mapping[str, Mapping[str, Any]] | None = None,
                 **usual: Any) -> None:
        lines = [{**_LINE, 'text': text} for text in logs.splitlines()]
        lines += [{**_LINE, 'text': text, 'error': True} for text in errors.splitlines()]
        serve = [{'port': port, 'paths': {path: page(answer) if isinstance(answer, str) else answer
                                          for path, answer in pages.items()}}
                 for port, pages in (http or {}).items()]
        super().__init__(name, {
            **_USUAL, 'tags': {tag: (variants or {}).get(tag.partition('.')[0], {}) for tag in tags.split()},
            'base': base, 'size': size, 'memory': memory,
            'logs': lines, 'serve': serve, 'accept': tuple(ports),
            'stop': {'ignore': False, 'takes': 0, 'code': code, 'text': ''}, **usual})
        self._command = tuple(command.split())

    def userland(self, tag: str) -> str:
        return 'alpine' if 'alpine' in tag else super().userland(tag)

    def config(self, tag: str) -> ImageConfig:
        return replace(super().config(tag), entrypoint=self._command[:1], command=self._command[1:])

    def programs(self, tag: str) -> Mapping[str, Main]:
        [run] = super().programs(tag).values()
        name = self._command[0]
        return {name if name.startswith('/') else f'/usr/local/bin/{name}': run}
