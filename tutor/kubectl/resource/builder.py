"""From arguments, files and selectors to objects (cli-runtime's resource.Builder)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.apimachinery.resources import Resource
from tutor.kubectl.errors import ERRORS, KubectlError, aggregate
from tutor.kubectl.resource import files
from tutor.kubectl.resource.arguments import combined, normalize_args, split_resource_argument, split_type_name
from tutor.kubectl.resource.info import Info, gvr_text
from tutor.kubectl.resource.result import Result, Settings

if TYPE_CHECKING:
    from tutor.kubectl.factory import Factory
    from tutor.shell.pflag import FlagSet

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


class Builder:
    """Collects what a command line says; `await do()` gives the Result. Setters give the builder back, so that a
    command reads as one chain."""

    def __init__(self, factory: Factory) -> None:
        self.factory = factory
        self._errors: list[Exception] = []
        self._paths: list[str] = []
        self._kustomize = ''
        self._dir = self._stream = False
        self._labels: str | None = None
        self._fields: str | None = None
        self._select_all = False
        self._resources: list[str] = []
        self._tuples: list[tuple[str, str]] = []
        self._names: list[str] = []
        self._all_namespaces = self._single_type = self._validate = self._strict = False
        self._chunk = 0
        self._subresource = ''
        self._how = Settings()
        self._single_item_implied = False

    # -- settings -----------------------------------------------------------------------------------------------

    def namespace(self, namespace: str) -> Builder:
        """What has no namespace of its own is in this one (NamespaceParam and DefaultNamespace)."""
        self._how.namespace, self._how.default_namespace = namespace, True
        return self

    def all_namespaces(self, everywhere: bool) -> Builder:
        if everywhere:
            self._how.namespace = ''
        self._all_namespaces = everywhere
        return self

    def validate(self, directive: str = 'strict') -> Builder:
        """Schema: documents must say what they are; 'ignore' leaves that to the server."""
        self._validate = directive.lower() != 'ignore'
        self._strict = directive.lower() == 'strict'
        return self

    def local(self, local: bool = True) -> Builder:
        self._how.local = local
        return self

    def typed(self) -> Builder:
        """WithScheme: objects of files are kept as their Go types hold them, and must be of a built-in kind."""
        self._how.typed = True
        return self

    def refuse_arguments(self, args: list[str]) -> Builder:
        """What only a server knows cannot be named with --local (LocalResourceError)."""
        if args:
            self._errors.append(KubectlError(LOCAL_RESOURCE))
        return self

    def flatten(self) -> Builder:
        self._how.flatten = True
        return self

    def latest(self) -> Builder:
        self._how.latest = True
        return self

    def continue_on_error(self) -> Builder:
        self._how.continue_on_error = True
        return self

    def single_resource_type(self) -> Builder:
        self._single_type = True
        return self

    def require_object(self, require: bool) -> Builder:
        self._how.require_object = require
        return self

    def chunks(self, size: int) -> Builder:
        self._chunk = size
        return self

    def subresource(self, name: str) -> Builder:
        self._subresource = name
        return self

    def accept(self, accept: str, **query: Any) -> Builder:
        """Ask for another form of the objects (TransformRequests)."""
        self._how.accept, self._how.query = accept, query
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
        self._how.require_namespace = enforce_namespace
        return self

    def _add_filename(self, name: str, recursive: bool) -> None:
        if name == '-' or files.is_standard_input(self.factory, name):
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
        if self._how.local:
            return argument
        found = []
        for word in argument.split(','):
            members = self.factory.mapper.category(word)
            found += [member.group_resource for member in members] or [word]
        return ','.join(found)

    # -- the result ---------------------------------------------------------------------------------------------

    async def do(self) -> Result:
        """Resolve what was said. Errors are the result's, until it is used."""
        stdin = b''
        if self._stream:
            stdin = await self.factory.io.stdin.read()
        result = Result(self.factory, self._how)
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
        elif self._how.local:
            raise KubectlError(MISSING_RESOURCE)
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
        result.single_item_implied = (
            not self._dir and not self._stream and len(self._paths) + bool(self._kustomize) == 1)
        if self._resources:
            raise KubectlError('when paths, URLs, or stdin is provided as input, you may not specify resource '
                               'arguments as well')
        if self._names:
            raise KubectlError('name cannot be provided when a path is specified')
        if self._tuples:
            raise KubectlError('resource/name arguments cannot be provided when a path is specified')
        from tutor.kubectl.resource.sources import PathSource
        result.source = PathSource(self.factory, self._paths, self._kustomize, stdin, files.Decoder(
            self.factory, self._how.local, self._validate, self._how.typed, self._strict), self._labels)

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
            self.factory, self._mappings(), self._how.namespace, self._labels or '', self._fields or '', self._chunk,
            self._how.accept, self._how.query)

    def _by_tuples(self, result: Result) -> None:
        result.single_item_implied = self._single_item_implied or len(self._tuples) == 1
        if self._resources:
            raise KubectlError('you may not specify individual resources and bulk resources in the same call')
        mappings = {word: self.factory.mapper.find(word) for word, _ in self._tuples}
        if self._single_type and len(set(map(gvr_text, mappings.values()))) > 1:
            raise KubectlError('you may only specify a single resource type')
        result.given = [self._named(mappings[word], name) for word, name in self._tuples]

    def _by_names(self, result: Result) -> None:
        result.single_item_implied = len(self._names) == 1
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
        namespace = self._how.namespace if resource.namespaced else ''
        if resource.namespaced and not namespace:
            raise KubectlError('a resource cannot be retrieved by name across all namespaces' if self._all_namespaces
                               else 'namespace may not be empty when retrieving a resource by name')
        return Info(self.factory.client, resource, namespace, name, subresource=self._subresource,
                    accept=self._how.accept, query=self._how.query)
