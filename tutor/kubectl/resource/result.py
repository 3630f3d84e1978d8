"""What a Builder found: its objects, one by one or all at once (resource.Result)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
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


class Failures:
    """What goes wrong on a visit. It ends the visit, or with `continue_on_error` is raised together at the end: what
    a function refused, and as one (EagerVisitorList) what could not be read at all."""

    def __init__(self, result: Result) -> None:
        self._ignored = result.ignored
        self._goes_on = result.goes_on
        self._refused: list[Exception] = []
        self._unread: list[Exception] = []

    def passed(self, items: Iterator[Info | Exception]) -> Iterator[Info]:
        for item in items:
            if isinstance(item, Info):
                yield item
            elif not self._ignored(item):
                if not self._goes_on:
                    raise item
                self._unread.append(item)

    def note(self, error: Exception) -> None:
        """To be called where it was caught."""
        if self._ignored(error):
            return
        if not self._goes_on:
            raise error
        self._refused.append(error)

    def end(self) -> None:
        found, unread = list(self._refused), self._unread
        if len(unread) == 1 and isinstance(unread[0], StatusError):
            found += unread
        elif unread:
            found.append(AggregateError(unread))
        raise_all(found)


class Result:
    """What a Builder found. `infos` gives all at once; `visit` hands them one by one to a function."""

    def __init__(self, factory: Factory, settings: Settings) -> None:
        self._factory = factory
        self._how = settings
        self.error: Exception | None = None
        self.single_item_implied = False
        self.source: Any = None
        self.given: list[Info] | None = None
        self.ignored: Callable[[Exception], bool] = lambda error: False

    @property
    def goes_on(self) -> bool:
        return self._how.continue_on_error

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
        failures = Failures(self)
        for item in failures.passed(self.check()._items()):
            try:
                self._prepare(item)
                visit(item)
            except ERRORS as error:
                failures.note(error)
        failures.end()

    async def visit_async(self, visit: Callable[[Info], Awaitable[None]]) -> None:
        """As `visit`, for what waits at each object."""
        failures = Failures(self)
        for item in failures.passed(self.check()._items()):
            try:
                self._prepare(item)
                await visit(item)
            except ERRORS as error:
                failures.note(error)
        failures.end()

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
            if self._how.typed and isinstance(item, Info) and not item.source and files.is_list(item.obj):
                try:
                    scheme.check_list(item.object)
                except KubectlError as error:
                    yield error
                    continue
            if isinstance(item, Info) and self._how.flatten and files.is_list(item.obj):
                yield from self._flattened(item)
            else:
                yield self._latest(item)

    def _latest(self, item: Info | Exception) -> Info | Exception:
        """RetrieveLatest: what a file names is read anew, before anything is said of its namespace; what cannot be had
        counts as not read."""
        if isinstance(item, Exception) or not (self._how.latest and item.source and item.name):
            return item
        try:
            if self._how.default_namespace:
                self._set_namespace(item)
            self._fetch(item)
        except ERRORS as error:
            return error
        return item

    def _flattened(self, parent: Info) -> Iterator[Info | Exception]:
        """FlattenListVisitor: the items instead of the list."""
        refused: list[Exception] = []
        for obj in files.items(parent.object):
            try:
                info = self._item(parent, obj)
            except ERRORS as error:
                refused.append(error)
                continue
            if files.is_list(info.obj):
                yield from self._flattened(info)
            elif isinstance(found := self._latest(info), Exception):
                refused.append(found)
            else:
                yield found
        if refused:
            yield AggregateError(refused)

    def _item(self, parent: Info, obj: Object) -> Info:
        """mapper.infoForObject."""
        if not isinstance(obj.get('kind'), str) or not obj['kind']:
            raise KubectlError(KINDLESS)
        if not obj.get('apiVersion'):
            raise KubectlError(VERSIONLESS)
        if problem := files.problem_of(obj):
            raise KubectlError(f'unable to decode "{parent.source}": {problem}')
        if self._how.typed and not files.is_list(obj):
            obj = scheme.typed(obj)
        meta, resource = obj.get('metadata') or {}, parent.resource
        if not self._how.local and (resource is None or resource.kind != obj.get('kind')):
            try:
                resource = files.mapping(self._factory, obj)
            except ERRORS as error:
                raise KubectlError(f'unable to recognize {error_text(error)}') from None
        return Info(parent.client, resource, meta.get('namespace') or '', meta.get('name') or '', parent.source, obj)

    def _prepare(self, info: Info) -> None:
        """What the visitors around a function do: RetrieveLazy is the last."""
        self._place(info)
        if info.obj is None and self._how.require_object:
            self._fetch(info)

    def _fetch(self, info: Info) -> None:
        info.accept, info.query = self._how.accept, self._how.query
        info.get()
        if self._how.typed:
            scheme.check_kind(info.object)

    def _place(self, info: Info) -> None:
        """SetNamespace, RequireNamespace and FilterNamespace."""
        if not info.namespaced:
            if info.resource is not None:
                info.set_namespace('')
            return
        if self._how.default_namespace or self._how.require_namespace:
            self._set_namespace(info)
        if self._how.require_namespace and info.namespace not in ('', self._how.namespace):
            raise KubectlError(
                f'the namespace from the provided object "{info.namespace}" does not match the namespace '
                f'"{self._how.namespace}". You must pass \'--namespace={info.namespace}\' to perform this operation.')

    def _set_namespace(self, info: Info) -> None:
        """SetNamespace, which leaves alone what came from the server."""
        if info.namespaced and not info.namespace and (info.source or info.obj is None):
            info.set_namespace(self._how.namespace)
