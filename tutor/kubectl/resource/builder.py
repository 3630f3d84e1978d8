"""From arguments, files and selectors to objects (cli-runtime's resource.Builder)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.resources import Resource
from tutor.client.transport import JSON
from tutor.kubectl.errors import ERRORS, KubectlError, aggregate, raise_all
from tutor.kubectl.resource import files
from tutor.kubectl.resource.info import Info, gvr_text

if TYPE_CHECKING:
    from tutor.kubectl.factory import Factory
    from tutor.kubectl.flags import FlagSet

MISSING_RESOURCE = """\
You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'"""
LOCAL_RESOURCE = """\
error: you must specify resources by --filename when --local is set.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'"""
STDIN = 'STDIN'
Visit = Callable[[Info], None]


class Builder:
    """Collects what a command line says; `await do()` gives the Result. Setters give the builder back, so that a
    command reads as one chain."""

    def __init__(self, factory: Factory) -> None:
        self.factory = factory
        self._errors: list[Exception] = []
        self._filenames: list[str] = []
        self._paths: list[str] = []
        self._kustomize = ''
        self._dir = self._stream = False
        self._labels: str | None = None
        self._fields: str | None = None
        self._select_all = False
        self._resources: list[str] = []
        self._tuples: list[tuple[str, str]] = []
        self._names: list[str] = []
        self._namespace = ''
        self._all_namespaces = False
        self._default_namespace = self._require_namespace = False
        self._flatten = self._latest = self._continue = False
        self._single_type = False
        self._require_object = True
        self._local = self._validate = False
        self._chunk = 0
        self._subresource = ''
        self._accept = JSON
        self._query: dict[str, Any] = {}
        self._single_item_implied = False

    # -- settings -----------------------------------------------------------------------------------------------

    def namespace(self, namespace: str) -> Builder:
        """What has no namespace of its own is in this one (NamespaceParam and DefaultNamespace)."""
        self._namespace, self._default_namespace = namespace, True
        return self

    def all_namespaces(self, everywhere: bool) -> Builder:
        if everywhere:
            self._namespace = ''
        self._all_namespaces = everywhere
        return self

    def validate(self, directive: str = 'strict') -> Builder:
        """Schema: documents must say what they are; 'ignore' leaves that to the server."""
        self._validate = directive != 'ignore'
        return self

    def local(self, local: bool = True) -> Builder:
        self._local = local
        return self

    def flatten(self) -> Builder:
        self._flatten = True
        return self

    def latest(self) -> Builder:
        self._latest = True
        return self

    def continue_on_error(self) -> Builder:
        self._continue = True
        return self

    def single_resource_type(self) -> Builder:
        self._single_type = True
        return self

    def require_object(self, require: bool) -> Builder:
        self._require_object = require
        return self

    def chunks(self, size: int) -> Builder:
        self._chunk = size
        return self

    def subresource(self, name: str) -> Builder:
        self._subresource = name
        return self

    def accept(self, accept: str, **query: Any) -> Builder:
        """Ask for another form of the objects (TransformRequests)."""
        self._accept, self._query = accept, query
        return self

    # -- what is meant ------------------------------------------------------------------------------------------

    def filename_flags(self, enforce_namespace: bool, flags: FlagSet) -> Builder:
        """FilenameParam with -f, -k and -R."""
        return self.filenames(enforce_namespace, flags.get('filename', ()), flags.get('kustomize', ''),
                              flags.get('recursive', False))

    def filenames(self, enforce_namespace: bool, names: Any, kustomize: str = '', recursive: bool = False) -> Builder:
        if names and kustomize:
            self._errors.append(KubectlError('only one of -f or -k can be specified'))
        if kustomize and recursive:
            self._errors.append(KubectlError("the -k flag can't be used with -f or -R"))
        if self._errors:
            return self
        for name in names:
            self._add_filename(name, recursive)
        self._kustomize = kustomize
        self._require_namespace = enforce_namespace
        return self

    def _add_filename(self, name: str, recursive: bool) -> None:
        if name == '-':
            if self._stream:
                self._errors.append(KubectlError('standard input cannot be used for multiple arguments'))
            self._stream = True
            self._paths.append(STDIN)
            return
        if name.startswith(('http://', 'https://')):
            self._errors.append(KubectlError(
                f'unable to read URL "{name}": the shell is not connected to the internet; save the file and use '
                '-f FILE'))
            return
        try:
            matches = files.expand_pattern(self.factory, name)
        except KubectlError as error:
            self._errors.append(error)
            return
        if not recursive and len(matches) == 1:
            self._single_item_implied = True
        for match in matches:
            found = files.expand_path(self.factory, match, recursive)
            self._dir = self._dir or len(found) > 1
            self._paths += found
        if not self._paths and not self._errors:
            self._errors.append(KubectlError(
                f'error reading [{" ".join(matches)}]: recognized file extensions are '
                f'[{" ".join(files.EXTENSIONS)}]'))

    def labels(self, selector: str) -> Builder:
        """LabelSelectorParam."""
        text = selector.strip()
        if text and self._select_all:
            self._errors.append(KubectlError(
                f'found non-empty label selector "{selector}" with previously set \'all\' parameter. '))
        elif text:
            self._labels = text
        return self

    def fields(self, selector: str) -> Builder:
        """FieldSelectorParam."""
        text = selector.strip()
        if text and self._select_all:
            self._errors.append(KubectlError(
                f'found non-empty field selector "{selector}" with previously set \'all\' parameter. '))
        elif text:
            self._fields = text
        return self

    def select_all(self, everything: bool) -> Builder:
        """SelectAllParam."""
        if everything and (self._labels is not None or self._fields is not None):
            self._errors.append(KubectlError("setting 'all' parameter but found a non empty selector. "))
        else:
            self._select_all = everything
        return self

    def resource_types(self, *types: str) -> Builder:
        self._resources += types
        return self

    def resource_names(self, resource: str, *names: str) -> Builder:
        """ResourceNames: names of one resource, or TYPE/NAME."""
        for name in names:
            try:
                pair = split_type_name(name)
            except KubectlError as error:
                self._errors.append(error)
                return self
            if pair is None and not resource:
                self._errors.append(KubectlError(f'the argument "{name}" must be RESOURCE/NAME'))
            else:
                self._tuples.append(pair or (resource, name))
        return self

    def arguments(self, allow_empty_selector: bool, args: list[str]) -> Builder:
        """ResourceTypeOrNameArgs: 'pods', 'pod a b', 'deploy,svc a', 'pod/a svc/b', 'all'."""
        args = normalize_args(args)
        try:
            if combined(args):
                self._tuples += [pair for pair in map(split_type_name, args) if pair is not None]
                return self
        except KubectlError as error:
            self._errors.append(error)
            return self
        if not args:
            return self
        try:
            types = self._expand_categories(args[0])
        except ERRORS as error:
            self._errors.append(error)
            return self
        self._names += args[1:]
        self._resources += split_resource_argument(types)
        if len(args) == 1 and self._labels is None and allow_empty_selector:
            self._labels = ''
        return self

    def _expand_categories(self, argument: str) -> str:
        """ReplaceAliases."""
        if self._local:
            return argument
        found = []
        for word in argument.split(','):
            members = self.factory.mapper.discovery.category(word)
            found += [member.group_resource for member in members] or [word]
        return ','.join(found)

    # -- the result ---------------------------------------------------------------------------------------------

    async def do(self) -> Result:
        """Resolve what was said. Errors are the result's, until it is used."""
        stdin = b''
        if self._stream:
            stdin = await self.factory.io.stdin.read()
        result = Result(self)
        if self._errors:
            result.error = aggregate(self._errors)
            return result
        try:
            self._resolve(result, stdin)
        except ERRORS as error:
            result.error = error
        return result

    def _resolve(self, result: Result, stdin: bytes) -> None:
        if self._select_all:
            self._labels = ''
        if self._paths or self._kustomize:
            self._by_paths(result, stdin)
        elif self._local:
            raise KubectlError(LOCAL_RESOURCE)
        elif self._labels is not None or self._fields is not None:
            self._by_selector(result)
        elif self._tuples:
            self._by_tuples(result)
        elif self._names:
            self._by_names(result)
        elif self._resources:
            for argument in self._resources:
                self.factory.mapper.find(argument)
            raise KubectlError('resource(s) were provided, but no name was specified')
        else:
            raise KubectlError(MISSING_RESOURCE)

    def _by_paths(self, result: Result, stdin: bytes) -> None:
        result.single_item_implied = not self._dir and not self._stream and len(self._paths) == 1
        result.targets_single_items = True
        if self._resources:
            raise KubectlError('when paths, URLs, or stdin is provided as input, you may not specify resource '
                               'arguments as well')
        if self._names:
            raise KubectlError('name cannot be provided when a path is specified')
        if self._tuples:
            raise KubectlError('resource/name arguments cannot be provided when a path is specified')
        from tutor.kubectl.resource.sources import PathSource
        result.source = PathSource(self.factory, self._paths, self._kustomize, stdin, files.Decoder(
            self.factory, self._local, self._validate), self._labels)

    def _by_selector(self, result: Result) -> None:
        if self._names:
            raise KubectlError('name cannot be provided when a selector is specified')
        if self._tuples:
            raise KubectlError('selectors and the all flag cannot be used when passing resource/name arguments')
        if not self._resources:
            raise KubectlError('at least one resource must be specified to use a selector')
        if self._subresource:
            raise KubectlError('subresource cannot be used when bulk resources are specified')
        from tutor.kubectl.resource.sources import SelectorSource
        result.source = SelectorSource(
            self.factory, self._mappings(), self._namespace, self._labels or '', self._fields or '', self._chunk,
            self._accept, self._query)

    def _by_tuples(self, result: Result) -> None:
        result.single_item_implied = self._single_item_implied or len(self._tuples) == 1
        result.targets_single_items = True
        if self._resources:
            raise KubectlError('you may not specify individual resources and bulk resources in the same call')
        mappings = {word: self.factory.mapper.find(word) for word, _ in self._tuples}
        if self._single_type and len(set(map(gvr_text, mappings.values()))) > 1:
            raise KubectlError('you may only specify a single resource type')
        result.given = [self._named(mappings[word], name) for word, name in self._tuples]

    def _by_names(self, result: Result) -> None:
        result.single_item_implied = len(self._names) == 1
        result.targets_single_items = True
        if not self._resources:
            raise KubectlError('you must provide a resource and a resource name together')
        if len(self._resources) > 1:
            raise KubectlError('you must specify only one resource')
        mapping = self._mappings()[0]
        result.given = [self._named(mapping, name) for name in self._names]

    def _mappings(self) -> list[Resource]:
        if len(self._resources) > 1 and self._single_type:
            raise KubectlError('you may only specify a single resource type')
        found = [self.factory.mapper.find(word) for word in self._resources]
        return list({(item.group, item.version, item.kind): item for item in found}.values())

    def _named(self, resource: Resource, name: str) -> Info:
        namespace = self._namespace if resource.namespaced else ''
        if resource.namespaced and not namespace:
            raise KubectlError('a resource cannot be retrieved by name across all namespaces' if self._all_namespaces
                               else 'namespace may not be empty when retrieving a resource by name')
        return Info(self.factory.client, resource, namespace, name, subresource=self._subresource,
                    accept=self._accept, query=self._query)


class Result:
    """What a Builder found. `infos` gives all at once; `visit` hands them one by one to a function."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
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
                if not self._builder._continue:
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
                if not self._builder._continue:
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
            if isinstance(item, Info) and self._builder._flatten and files.is_list(item.obj):
                yield from self._flattened(item)
            else:
                yield item

    def _flattened(self, parent: Info) -> Iterator[Info | Exception]:
        """FlattenListVisitor: the items instead of the list."""
        mapper = self._builder.factory.mapper if not self._builder._local else None
        for obj in files.items(parent.object):
            meta = obj.get('metadata') or {}
            resource = parent.resource
            try:
                if mapper is not None and (resource is None or resource.kind != obj.get('kind')):
                    resource = mapper.for_object(obj)
            except ERRORS as error:
                yield error
                continue
            info = Info(parent.client, resource, meta.get('namespace') or '', meta.get('name') or '', parent.source,
                        obj)
            if files.is_list(obj):
                yield from self._flattened(info)
            else:
                yield info

    def _prepare(self, info: Info) -> None:
        """SetNamespace, RequireNamespace, FilterNamespace, RetrieveLatest and RetrieveLazy."""
        builder = self._builder
        if info.namespaced:
            if not info.namespace and (builder._default_namespace or builder._require_namespace):
                if not (info.source == '' and info.obj is not None):
                    info.set_namespace(builder._namespace)
            elif builder._require_namespace and info.namespace != builder._namespace:
                raise KubectlError(
                    f'the namespace from the provided object "{info.namespace}" does not match the namespace '
                    f'"{builder._namespace}". You must pass \'--namespace={info.namespace}\' to perform this '
                    'operation.')
        elif info.resource is not None:
            info.set_namespace('')
        if (builder._latest and info.source and info.name) or (info.obj is None and builder._require_object):
            info.accept, info.query = builder._accept, builder._query
            info.get()


# -- arguments ----------------------------------------------------------------------------------------------------


def split_resource_argument(argument: str) -> list[str]:
    """SplitResourceArgument."""
    return list(dict.fromkeys(argument.split(',')))


def normalize_args(args: list[str]) -> list[str]:
    """normalizeMultipleResourcesArgs: 'a,b c' is 'a/c b/c'."""
    if len(args) >= 2:
        types = split_resource_argument(args[0])
        if len(types) > 1:
            return [f'{kind}/{name}' for kind in types for name in args[1:]]
    return args


def combined(args: list[str]) -> bool:
    """hasCombinedTypeArgs: whether they are all of the form TYPE/NAME; raises when only some are."""
    with_slash = sum('/' in word for word in args)
    if with_slash and with_slash != len(args):
        raise KubectlError(
            'there is no need to specify a resource type as a separate argument when passing arguments in '
            "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource "
            "resource/<resource_name>'")
    return with_slash > 0


def has_names(args: list[str]) -> bool:
    """HasNames: whether arguments name objects, not only types."""
    args = normalize_args(args)
    return combined(args) or len(args) > 1


def split_type_name(word: str) -> tuple[str, str] | None:
    """splitResourceTypeName."""
    if '/' not in word:
        return None
    parts = word.split('/')
    if len(parts) != 2:
        raise KubectlError('arguments in resource/name form may not have more than one slash')
    kind, name = parts
    if not kind or not name or len(split_resource_argument(kind)) != 1:
        raise KubectlError('arguments in resource/name form must have a single resource and name')
    return kind, name
