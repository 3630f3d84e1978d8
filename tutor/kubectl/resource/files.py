"""Objects from files, folders and standard input (FileVisitor, StreamVisitor and mapper of cli-runtime)."""

from __future__ import annotations

import fnmatch
import json
import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tutor.apimachinery.conversion import metadata_error
from tutor.apimachinery.decode import DecodeError, documents
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.client.transport import Request
from tutor.kubectl import scheme
from tutor.kubectl.discovery import TIMEOUT, UNDISCOVERED, NoKindMatch
from tutor.kubectl.errors import ConnectionLost, KubectlError, error_text
from tutor.kubectl.klog import log_warning
from tutor.kubectl.resource.info import Info
from tutor.kubectl.resource.list_validation import kind_problems, list_problems
from tutor.shell.inodes import Device

if TYPE_CHECKING:
    from tutor.kubectl.factory import Factory

EXTENSIONS = ('.json', '.yaml', '.yml')
STOP_VALIDATE = 'if you choose to ignore these errors, turn validation off with --validate=false'
UNSUPPORTED = 'cannot perform warn validation if server-side field validation is unsupported, skipping validation'
LIST = Resource('', 'v1', 'lists', 'list', 'List', False)


def is_standard_input(factory: Factory, path: str) -> bool:
    """Whether a file is the one that stands for standard input, /dev/stdin."""
    try:
        node = factory.ctx.files.node(factory.path(path))
    except OSError:
        return False
    return isinstance(node, Device) and node.kind == 'stdin'


def expand_pattern(factory: Factory, pattern: str) -> list[str]:
    """expandIfFilePattern: the file itself, or what a pattern in quotes matches."""
    files = factory.ctx.files
    if files.exists(factory.path(pattern)):
        return [pattern]
    folder, name = posixpath.split(pattern)
    try:
        found = [posixpath.join(folder, entry) for entry in files.listdir(factory.path(folder or '.'))
                 if fnmatch.fnmatchcase(entry, name)]
    except OSError:
        found = []
    if not found:
        raise KubectlError(f'the path "{pattern}" does not exist')
    return found


def expand_path(factory: Factory, path: str, recursive: bool) -> list[str]:
    """ExpandPathsToFileVisitors: a file, or the files of a folder with known extensions, in order of names."""
    files = factory.ctx.files
    if not files.is_dir(factory.path(path)):
        return [path]
    found = []
    for name in files.listdir(factory.path(path)):
        entry = posixpath.normpath(posixpath.join(path, name))  # filepath.Walk joins, which cleans
        if files.is_dir(factory.path(entry)):
            found += expand_path(factory, entry, True) if recursive else []
        elif entry.endswith(EXTENSIONS):
            found.append(entry)
    return found


class Decoder:
    """Turns documents into Infos. Without a server (`local`) they have no resource; `typed` ones are of kinds that
    kubectl knows."""

    def __init__(self, factory: Factory, local: bool, validate: bool, typed: bool = False, strict: bool = True) -> None:
        self.factory = factory
        self.local = local
        self.validate = validate
        self.typed = typed
        self.strict = strict

    def stream(self, data: str | bytes, source: str) -> Iterator[Info | Exception]:
        """The objects of one stream. A document that cannot be read ends it; one that cannot be mapped does not."""
        found = documents(data)
        while True:
            try:
                document = next(found, None)
                if document is None:
                    return
                if self.validate:
                    check(document, source, self.strict)
                    if not self.strict and (document['kind'] == LIST.kind or is_list(document)):
                        log_warning(self.factory, 'schema.go:145', UNSUPPORTED)
                    self._ask_for_schema(source)
            except DecodeError as error:
                yield KubectlError(f'error parsing {source}: {error}')
                return
            except KubectlError as error:
                yield error
                return
            try:
                yield self.info(document, source)
            except KubectlError as error:
                yield error

    def _ask_for_schema(self, source: str) -> None:
        """queryParamVerifier.HasSupport: v3 of the schema, else v2; without a server neither can be had."""
        connection = self.factory.connection
        try:
            connection.dial(Request('GET', '/openapi/v3', {'timeout': TIMEOUT}))
        except ConnectionLost:
            try:
                connection.dial(Request('GET', '/openapi/v2', {'timeout': TIMEOUT}))
            except ConnectionLost as error:
                raise KubectlError(f'error validating "{source}": error validating data: failed to download openapi: '
                                   f'{error}; {STOP_VALIDATE}') from None

    def info(self, document: Any, source: str) -> Info:
        """mapper.infoForData."""
        problem = problem_of(document)
        if problem:
            raise KubectlError(f'unable to decode "{source}": {problem}')
        if self.typed and not document.get('apiVersion'):
            raise KubectlError(f'unable to decode "{source}": {missing("apiVersion", document)}')
        if self.typed and not is_list(document):
            document = self._typed(document, source)
        meta = document.get('metadata') or {}
        info = Info(None, None, meta.get('namespace') or '', meta.get('name') or '', source, document)
        if self.local:
            return info
        try:
            info.resource = mapping(self.factory, document)
        except NoKindMatch as error:
            raise KubectlError(f'resource mapping not found for name: "{info.name}" namespace: "{info.namespace}" '
                               f'from "{source}": {error}\nensure CRDs are installed first') from None
        except UNDISCOVERED as error:
            raise KubectlError(f'unable to recognize "{source}": {error_text(error)}') from None
        info.client = self.factory.client
        info.versionless = not document.get('apiVersion')
        return info

    def _typed(self, document: Object, source: str) -> Object:
        try:
            return scheme.typed(document)
        except KubectlError as error:
            raise KubectlError(f'unable to decode "{source}": {error}') from None


def mapping(factory: Factory, document: Object) -> Resource:
    """The resource of an object. A List is nowhere among what a server serves, and yet it is there only where one
    answers (NewDiscoveryRESTMapper)."""
    if document['kind'] == 'List' and factory.mapper.discovery:
        return LIST
    return factory.mapper.for_object(document)


def check(document: Any, source: str, strict: bool = True) -> None:
    """paramVerifyingSchema.ValidateBytes: the fields are the server's to check where it knows the kind."""
    problems = kind_problems(document)
    if strict and not problems and (document['apiVersion'], document['kind']) == ('v1', 'List'):
        problems = list_problems(document)
    if problems:
        text = problems[0] if len(problems) == 1 else f'[{", ".join(problems)}]'
        raise KubectlError(f'error validating "{source}": error validating data: {text}; {STOP_VALIDATE}')


def missing(field: str, document: Object) -> str:
    """runtime.NewMissingKindErr and NewMissingVersionErr."""
    return f"Object '{field}' is missing in '{json.dumps(document, separators=(',', ':'), sort_keys=True)}'"


def problem_of(document: Any) -> str:
    """What UnstructuredJSONScheme does not decode."""
    if not isinstance(document, dict):
        return f'json: cannot unmarshal {_json_kind(document)} into Go value of type unstructured.detector'
    kind, version, listed = document.get('kind'), document.get('apiVersion'), document.get('items')
    if version and not isinstance(version, str):
        return f'json: cannot unmarshal {_json_kind(version)} into Go struct field metadataOnlyObject.apiVersion of ' \
               'type string'
    if not kind or not isinstance(kind, str) or (version or '').count('/') > 1:
        return missing('Kind', document)
    if kind.endswith('List') and listed is not None and not isinstance(listed, list):
        return f'json: cannot unmarshal {_json_kind(listed)} into Go struct field decodeList.items of type ' \
               '[]json.RawMessage'
    for item in (listed or ()) if kind.endswith('List') else ():
        if not isinstance(item, dict):
            return f'json: cannot unmarshal {_json_kind(item)} into Go value of type map[string]interface {{}}'
    return metadata_error(document, 'metadataOnlyObject')  # metadataValidatingDecoder


def _json_kind(value: Any) -> str:
    if isinstance(value, bool):
        return 'bool'
    if isinstance(value, (int, float)):
        return 'number'
    if isinstance(value, str):
        return 'string'
    return 'array' if isinstance(value, (list, tuple)) else 'object'


def is_list(obj: Object | None) -> bool:
    """meta.IsListType of an unstructured object."""
    return obj is not None and isinstance(obj.get('items'), list) and obj.get('kind', '').endswith('List')


def items(obj: Object) -> list[Object]:
    """The items of a list, each with its own apiVersion and kind (which typed lists leave out)."""
    kind = obj['kind'].removesuffix('List')
    version = obj.get('apiVersion', '')
    found = []
    for item in obj['items'] or []:
        if isinstance(item, dict) and 'kind' not in item and kind:
            item = {'apiVersion': version, 'kind': kind, **item}
        found.append(item)
    return found
