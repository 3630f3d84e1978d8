"""Where a Result's objects come from: files, or lists of the server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object, labels
from tutor.apimachinery.resources import Resource
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.resource.files import Decoder
from tutor.kubectl.resource.info import Info, gvr_text

if TYPE_CHECKING:
    from tutor.kubectl.factory import Factory

STDIN = 'STDIN'


@dataclass(slots=True)
class PathSource:
    """Files and standard input, one after the other, and a kustomization."""

    factory: Factory
    paths: list[str]
    kustomize: str
    stdin: bytes
    decoder: Decoder
    selector: str | None

    def items(self) -> Iterator[Info | Exception]:
        wanted = self._selector()
        for item in self._all():
            if isinstance(item, Info) and wanted is not None and not wanted.matches(labels(item.object)):
                continue
            yield item

    def _all(self) -> Iterator[Info | Exception]:
        for path in self.paths:
            try:
                data = self.stdin if path == STDIN else self.factory.read(path)
            except KubectlError as error:
                yield error
                continue
            yield from self.decoder.stream(data, path)
        if self.kustomize:
            yield from self._kustomization()

    def _kustomization(self) -> Iterator[Info | Exception]:
        from tutor.kubectl.kustomize.build import build
        try:
            documents = list(build(self.factory, self.kustomize))
        except KubectlError as error:
            yield error
            return
        for document in documents:
            try:
                yield self.decoder.info(document, self.kustomize)
            except KubectlError as error:
                yield error

    def _selector(self) -> Any:
        if self.selector is None:
            return None
        from tutor.apimachinery.selectors import SelectorError, parse
        try:
            return parse(self.selector)
        except SelectorError as error:
            raise KubectlError(f'the provided selector "{self.selector}" is not valid: {error}') from None


@dataclass(slots=True)
class SelectorSource:
    """Lists of several resources, each read in chunks; every chunk is one Info."""

    factory: Factory
    mappings: list[Resource]
    namespace: str
    labels: str
    fields: str
    chunk: int
    accept: str
    query: dict[str, Any]

    def items(self) -> Iterator[Info | Exception]:
        for mapping in self.mappings:
            yield from self._pages(mapping)

    def _pages(self, mapping: Resource) -> Iterator[Info | Exception]:
        client = self.factory.client
        namespace = self.namespace if mapping.namespaced else ''
        query = dict(self.query)
        if self.labels:
            query['labelSelector'] = self.labels
        if self.fields:
            query['fieldSelector'] = self.fields
        if self.chunk:
            query['limit'] = str(self.chunk)
        while True:
            try:
                found: Object = client.request('GET', mapping.path(namespace), accept=self.accept, **query).body
            except StatusError as error:
                yield self._enhanced(error, mapping)
                return
            yield Info(client, mapping, namespace, obj=found, accept=self.accept, query=self.query)
            token = (found.get('metadata') or {}).get('continue')
            if not token:
                return
            query['continue'] = token

    def _enhanced(self, error: StatusError, mapping: Resource) -> StatusError:
        """EnhanceListError."""
        if error.reason not in ('BadRequest', 'NotFound'):
            return error
        subject = gvr_text(mapping)
        text = f'Unable to list "{subject}": {error.message}'
        if self.labels or self.fields:
            wanted = f'label selector {go_quote(self.labels or "")}, field selector {go_quote(self.fields or "")}'
            text = f'Unable to find "{subject}" that match {wanted}: {error.message}'
        return StatusError({**error.status, 'message': text})
