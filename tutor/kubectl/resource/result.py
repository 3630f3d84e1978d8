"""What a Builder found: its objects, one by one or all at once (resource.Result)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.apimachinery.errors import StatusError
from tutor.client.transport import JSON
from tutor.kubectl import scheme
from tutor.kubectl.errors import ERRORS, AggregateError, KubectlError, error_text, raise_all
from tutor.kubectl.resource import files
from tutor.kubectl.resource.info import Info

if TYPE_CHECKING:
    from tutor.kubectl.factory import Factory

Visit = Callable[[Info], None]
KINDLESS = ('unable to get type info from the object "*unstructured.Unstructured": Object \'Kind\' is missing in '
            "'object has no kind field '")
VERSIONLESS = ('unable to get type info from the object "*unstructured.Unstructured": Object \'apiVersion\' is '
               "missing in 'object has no apiVersion field'")


@dataclass(slots=True)
class Settings:
    """How objects are to be fetched and handed over."""

    namespace: str = ''
    default_namespace: bool = False
    require_namespace: bool = False
    flatten: bool = False
    latest: bool = False
    continue_on_error: bool = False
    require_object: bool = True
    local: bool = False
    typed: bool = False
    accept: str = JSON
    query: dict[str, Any] = field(default_factory=dict)


class Result:
    """What a Builder found. `infos` gives all at once; `visit` hands them one by one to a function."""

    def __init__(self, factory: Factory, settings: Settings) -> None:
        self._factory = factory
        self._how = settings
        self.error: Exception | None = None
        self.single_item_implied = False
        self.targets_single_items = False
        self.source: Any = None
        self.given: list[Info] | None = None
        self.ignored: Callable[[Exception], bool] = lambda error: False

    def ignore_not_found(self) -> Result:
        self.ignored = lambda error: isinstance(error, StatusError) and error.reason == 'NotFound'
        return self

    def replay(self, infos: list[Info]) -> None:
        """From now on, these are the objects: what was visited once need not be read again."""
        self.given = infos

    def check(self) -> Result:
        """Raise what went wrong before anything was fetched."""
        if self.error is not None:
            raise self.error
        return self

    def visit(self, visit: Visit) -> None:
        """Call for each object; what fails ends it, or with `continue_on_error` is raised together at the end."""
        self.check()
        errors: list[Exception] = []
        for item in self._items():
            try:
                if isinstance(item, Exception):
                    raise item
                self._prepare(item)
                visit(item)
            except ERRORS as error:
                if self.ignored(error):
                    continue
                if not self._how.continue_on_error:
                    raise
                errors.append(error)
        raise_all(errors)

    async def visit_async(self, visit: Callable[[Info], Awaitable[None]]) -> None:
        """As `visit`, for what waits at each object."""
        self.check()
        errors: list[Exception] = []
        for item in self._items():
            try:
                if isinstance(item, Exception):
                    raise item
                self._prepare(item)
                await visit(item)
            except ERRORS as error:
                if self.ignored(error):
                    continue
                if not self._how.continue_on_error:
                    raise
                errors.append(error)
        raise_all(errors)

    def infos(self) -> list[Info]:
        """All objects; raises what went wrong."""
        found: list[Info] = []
        self.visit(found.append)
        return found

    def infos_and_error(self) -> tuple[list[Info], Exception | None]:
        """All objects that could be had, and what went wrong with the others."""
        found: list[Info] = []
        try:
            self.visit(found.append)
        except ERRORS as error:
            return found, error
        return found, None

    def _items(self) -> Iterator[Info | Exception]:
        found: Any = self.given if self.given is not None else self.source.items()
        for item in found:
            if isinstance(item, Info) and self._how.flatten and files.is_list(item.obj):
                yield from self._flattened(item)
            else:
                yield item

    def _flattened(self, parent: Info) -> Iterator[Info | Exception]:
        """FlattenListVisitor: the items instead of the list."""
        mapper = self._factory.mapper if not self._how.local else None
        for obj in files.items(parent.object):
            if not isinstance(obj.get('kind'), str) or not obj['kind']:
                yield AggregateError([KubectlError(KINDLESS)])  # these stand without 'error: '
                continue
            if not obj.get('apiVersion'):
                yield AggregateError([KubectlError(VERSIONLESS)])
                continue
            if problem := files.problem_of(obj):
                yield KubectlError(f'unable to decode "{parent.source}": {problem}')
                continue
            if self._how.typed and not files.is_list(obj):
                try:
                    obj = scheme.typed(obj)
                except KubectlError as error:
                    yield AggregateError([error])
                    continue
            meta = obj.get('metadata') or {}
            resource = parent.resource
            try:
                if mapper is not None and (resource is None or resource.kind != obj.get('kind')):
                    resource = mapper.for_object(obj)
            except ERRORS as error:
                yield AggregateError([KubectlError(f'unable to recognize {error_text(error)}')])
                continue
            info = Info(parent.client, resource, meta.get('namespace') or '', meta.get('name') or '', parent.source,
                        obj)
            if files.is_list(obj):
                yield from self._flattened(info)
            else:
                yield info

    def _prepare(self, info: Info) -> None:
        """SetNamespace, RequireNamespace, FilterNamespace, RetrieveLatest and RetrieveLazy."""
        if info.namespaced:
            if not info.namespace and (self._how.default_namespace or self._how.require_namespace):
                if not (info.source == '' and info.obj is not None):
                    info.set_namespace(self._how.namespace)
            elif self._how.require_namespace and info.namespace != self._how.namespace:
                raise KubectlError(
                    f'the namespace from the provided object "{info.namespace}" does not match the namespace '
                    f'"{self._how.namespace}". You must pass \'--namespace={info.namespace}\' to perform this '
                    'operation.')
        elif info.resource is not None:
            info.set_namespace('')
        if (self._how.latest and info.source and info.name) or (info.obj is None and self._how.require_object):
            info.accept, info.query = self._how.accept, self._how.query
            info.get()
