"""One session of editing: text out, text in, and again while the server finds fault with it (EditOptions.Run)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.decode import DecodeError, documents
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.editing.editor import Editor, without_comments
from tutor.kubectl.errors import ERRORS, Exit, KubectlError, aggregate, error_text
from tutor.kubectl.factory import Factory
from tutor.kubectl.printers.print_flags import OBJECT_FORMATS, NoPrinter
from tutor.kubectl.printers.printer import JsonPrinter, Printer, YamlPrinter, without_managed_fields
from tutor.kubectl.resource.files import Decoder, check, is_list, items
from tutor.kubectl.resource.info import Info

HEADER = """\
# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
"""
ANNOTATION_HEADER = """\
# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
"""
CHANGED_IDENTITY = 'At least one of apiVersion, kind and name was changed'


@dataclass(slots=True)
class Results:
    """What became of the edited objects (editResults)."""

    reasons: list[tuple[str, list[str]]] = field(default_factory=list)
    retryable: int = 0
    not_found: int = 0
    invalid: int = 0

    def add(self, error: Exception, info: Info) -> str:
        """Note an error; the line to be printed."""
        name = f'{info.mapping.group_resource} "{info.name}"'
        reason = error.reason if isinstance(error, StatusError) else ''
        if reason == 'Invalid':
            self.invalid += 1
            causes = error.details.get('causes') or [] if isinstance(error, StatusError) else []
            self.reasons.append((f'{name} was not valid',
                                 [f'{cause.get("field", "")}: {cause.get("message", "")}' for cause in causes]))
            return f'error: {name} is invalid\n'
        if reason == 'NotFound':
            self.not_found += 1
            return f'error: {name} could not be found on the server\n'
        self.retryable += 1
        return f'error: {name} could not be patched: {error_text(error)}\n'

    def header(self) -> str:
        lines = []
        for head, others in self.reasons:
            lines.append(f'# {_hashed(head)}{":" if others else ""}\n')
            lines += [f'# * {_hashed(other)}\n' for other in others]
            lines.append('#\n')
        return ''.join(lines)


def _hashed(text: str) -> str:
    """hashOnLineBreak."""
    return text.rstrip('\n').replace('\n', '\n# ') + text[len(text.rstrip('\n')):]


Save = Callable[[list[Info], list[Info], Results], Awaitable[None]]
"""Sends what was edited: the originals, the edited ones, and where to note what the server refuses."""


class EditSession:
    """Edits some objects together, in YAML or JSON; `save` sends them."""

    def __init__(self, factory: Factory, save: Save, output: str = '', header: str = HEADER,
                 namespace: str = '') -> None:
        """`output` is what -o says; raises NoPrinter for what no editor is given (editPrinterOptions)."""
        if output and output.lower() not in OBJECT_FORMATS:
            raise NoPrinter(output, OBJECT_FORMATS)
        self._factory = factory
        self._save = save
        self._as_json = output.lower() == 'json'
        self._header = '' if self._as_json else header
        self._namespace = namespace
        self._editor = Editor(factory)
        self._results = Results()
        self._file = ''

    async def run(self, infos: list[Info]) -> None:
        """Until it is saved or cancelled; raises what ends it otherwise."""
        original = self._text(infos)
        content = original
        edited = ''
        failed = False
        while True:
            before = edited
            shown = self._header + self._results.header() + content if self._header else content
            try:
                path, edited = await self._editor.edit(shown, '.json' if self._as_json else '.yaml')
            except KubectlError as error:
                raise self._preserved(error, self._file) from None
            if failed and _same(before, edited):
                raise self._preserved(KubectlError('Edit cancelled, no valid changes were saved.'), path)
            self._remove(self._file)
            self._file, self._results = path, Results()
            content = without_comments(edited)
            problem = self._problem(edited)
            if problem is not None:
                self._factory.io.stderr.write(self._results.add(problem, infos[0]))
                failed = True
                continue
            if self._cancelled(original, edited):
                return
            failed = not await self._send(infos, edited)
            if not failed:
                return

    def _cancelled(self, original: str, edited: str) -> bool:
        for reason, holds in (('no changes made', _same(original, edited)),
                              ('saved file was empty', not without_comments(edited).strip())):
            if holds:
                self._remove(self._file)
                self._factory.io.stderr.write(f'Edit cancelled, {reason}.\n')
                return True
        return False

    async def _send(self, infos: list[Info], edited: str) -> bool:
        """Whether the session is over. Raises what cannot be helped by more editing."""
        results, err = self._results, self._factory.io.stderr
        try:
            found = self._parsed(edited)
        except ERRORS as error:
            results.reasons.append((f'The edited file had a syntax error: {error_text(error)}', []))
            return False
        try:
            for info in found:
                self._require_namespace(info)
            await self._save(infos, found, results)
        except ERRORS as error:
            raise self._preserved(error, self._file) from None
        if results.retryable:
            err.write(f'You can run `kubectl replace -f {self._file}` to try this update again.\n')
            raise Exit
        if results.not_found:
            err.write(f'The edits you made on deleted resources have been saved to "{self._file}"\n')
            raise Exit
        if results.invalid:
            return False
        self._remove(self._file)
        return True

    # -- text ---------------------------------------------------------------------------------------------------

    def _text(self, infos: list[Info]) -> str:
        obj: Object = infos[0].object
        if len(infos) > 1:
            obj = {'apiVersion': 'v1', 'kind': 'List', 'metadata': {}, 'items': [info.object for info in infos]}
        printer: Printer = JsonPrinter() if self._as_json else YamlPrinter()
        out: list[str] = []
        printer.print(without_managed_fields(obj), out.append)
        return ''.join(out)

    def _problem(self, edited: str) -> Exception | None:
        """What keeps the text from being read, as a validation error."""
        try:
            for document in list(documents(edited)) or [None]:
                check(document, '')
        except (DecodeError, KubectlError) as error:
            cause = {'field': '<nil>', 'message': 'Invalid value: "The edited file failed validation": '
                     f'{str(error).removeprefix("error validating " + chr(34) * 2 + ": ")}'}
            return StatusError({'reason': 'Invalid', 'message': str(error), 'details': {'causes': [cause]}})
        return None

    def _parsed(self, edited: str) -> list[Info]:
        found: list[Info] = []
        errors: list[Exception] = []
        decoder = Decoder(self._factory, False, False)
        for item in decoder.stream(edited, 'edited-file'):
            if isinstance(item, Exception):
                errors.append(item)
            elif is_list(item.obj):
                found += [decoder.info(obj, 'edited-file') for obj in items(item.object)]
            else:
                found.append(item)
        error = aggregate(errors)
        if error is not None:
            raise error
        return found

    def _require_namespace(self, info: Info) -> None:
        if not info.namespaced:
            info.set_namespace('')
        elif not info.namespace:
            info.object.setdefault('metadata', {})
            info.set_namespace(self._namespace)
        elif self._namespace and info.namespace != self._namespace:
            raise KubectlError(
                f'the namespace from the provided object "{info.namespace}" does not match the namespace '
                f'"{self._namespace}". You must pass \'--namespace={info.namespace}\' to perform this operation.')

    # -- the file -----------------------------------------------------------------------------------------------

    def _preserved(self, error: Exception, path: str) -> Exception:
        if path and self._factory.ctx.files.exists(path):
            self._factory.io.stderr.write(f'A copy of your changes has been stored to "{path}"\n')
        return error

    def _remove(self, path: str) -> None:
        if path and self._factory.ctx.files.exists(path):
            self._factory.ctx.files.remove(path)


def _same(left: str, right: str) -> bool:
    """Whether two texts say the same, comments aside (StripComments)."""
    return _meaning(left) == _meaning(right)


def _meaning(text: str) -> Any:
    try:
        return list(documents(text))
    except DecodeError:
        return without_comments(text)


def original_of(info: Info, originals: list[Info]) -> Info:
    """The object that was edited into this one, by its uid."""
    uid = _uid(info)
    for original in originals:
        if _uid(original) == uid:
            return original
    from tutor.kubectl.printers.templates import go_syntax
    raise KubectlError(f'no original object found for &unstructured.Unstructured{{Object:{go_syntax(info.object)}}}')


def _uid(info: Info) -> str:
    meta = info.object.get('metadata')
    return meta.get('uid', '') if isinstance(meta, dict) else ''
