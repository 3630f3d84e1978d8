"""The patch that brings an object to what its file says, and sending it (apply.Patcher)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches import diff, merge
from tutor.apimachinery.patches.strategy import PatchError
from tutor.apimachinery.schema import for_resource
from tutor.client.transport import MERGE_PATCH, STRATEGIC_PATCH
from tutor.kubectl.annotation import configuration_text, original_configuration
from tutor.kubectl.cascade import delete_options
from tutor.kubectl.changes import patched_locally
from tutor.kubectl.dry_run import CLIENT
from tutor.kubectl.errors import ERRORS, KubectlError, error_text, with_source
from tutor.kubectl.resource.info import Info

if TYPE_CHECKING:
    from tutor.kubectl.cmd.apply import ApplyOptions

RETRIES = 5
BACK_OFF = 1.0
_IDENTITY = ('apiVersion', 'kind')


class Patcher:
    def __init__(self, options: ApplyOptions, info: Info) -> None:
        self._options = options
        self._info = info

    async def patch(self, modified: Object) -> Object:
        """Send the patch and give it; {} when there is nothing to change. A conflict is tried again with the object
        as it is then."""
        info = self._info
        patch: Object = {}
        for attempt in range(RETRIES + 1):
            patch = self._made(modified)
            try:
                if patch:
                    self._send(patch)
                return patch
            except StatusError as error:
                if error.reason == 'Conflict' and attempt < RETRIES:
                    if attempt:
                        await self._options.factory.ctx.simulation.sleep(BACK_OFF)
                    info.get()
                    continue
                if self._options.flags['force'] and error.reason in ('Conflict', 'Invalid'):
                    await self._replaced(modified)
                    return modified
                raise self._with_patch(patch, with_source('patching', info.source, error)) from None
        return patch

    def _made(self, modified: Object) -> Object:
        try:
            return three_way_patch(self._info, modified, self._options.err)
        except KubectlError as error:
            raise self._with_patch(None, with_source('patching', self._info.source, error)) from None

    def _send(self, patch: Object) -> None:
        info = self._info
        content_type = STRATEGIC_PATCH if for_resource(info.mapping) is not None else MERGE_PATCH
        if self._options.dry_run == CLIENT:
            info.obj = apply_locally(info, patch, content_type)
        else:
            info.patch(patch, content_type, **self._options.query())

    def _with_patch(self, patch: Object | None, error: Exception) -> Exception:
        from tutor.apimachinery.printing.json import to_json
        text = '' if patch is None else to_json(patch, indent=None)
        return self._applying(text, error)

    def _applying(self, text: str, error: Exception) -> Exception:
        return with_source(f'applying patch:\n{text}\nto:\n{self._info}\nfor:', self._info.source, error)

    async def _replaced(self, modified: Object) -> None:
        try:
            await self._delete_and_create(modified)
        except ERRORS as error:
            raise self._applying(configuration_text(modified), error) from None

    async def _delete_and_create(self, modified: Object) -> None:
        """--force: away with the old object, and back with it when the new one is refused."""
        from tutor.kubectl.watching import FOREVER, Deadline, until_deleted
        info, options = self._info, self._options
        original, uid = info.object, info.object['metadata'].get('uid', '')
        info.delete(delete_options(options.policy, options.flags['grace-period']))
        await until_deleted(info, uid, Deadline(options.factory.ctx.simulation, options.flags['timeout'] or FOREVER))
        try:
            info.create(modified, **options.query())
        except ERRORS as error:
            try:
                info.create({**original, 'metadata': {key: value for key, value in original['metadata'].items()
                                                      if key not in ('resourceVersion', 'uid')}})
            except ERRORS as second:
                raise KubectlError(
                    'An error occurred force-replacing the existing object with the newly provided one:\n\n'
                    f'{error_text(error)}.\n\nAdditionally, an error occurred attempting to restore the original '
                    f'object:\n\n{error_text(second)}') from None
            raise


def three_way_patch(info: Info, modified: Object, warn: Callable[[str], None]) -> Object:
    """What was applied last, what is wanted and what is there give the patch. It is tried with what the two versions
    of OpenAPI say, which `warn` tells when it fails, and with what is built in. Raises KubectlError."""
    current = info.object
    text = original_configuration(current)
    definition = for_resource(info.mapping)
    try:
        if definition is not None:
            return diff.three_way(_original(text), modified, current, definition)
        patch = merge.three_way(_original(text), modified, current)
    except PatchError as error:
        for spec in ('openapi v3', 'openapi') if definition is not None else ():
            warn(f'warning: error calculating patch from {spec} spec: {error}\n')
        raise KubectlError(
            f'creating patch with:\noriginal:\n{text or ""}\nmodified:\n{configuration_text(modified)}\ncurrent:\n'
            f'{configuration_text(current)}\nfor:: {error}') from None
    if any(name in patch for name in _IDENTITY) or 'name' in (patch.get('metadata') or {}):
        raise KubectlError('At least one of apiVersion, kind and name was changed')
    return patch


def _original(text: str | None) -> Object:
    try:
        return json.loads(text) if text else {}
    except ValueError:
        raise PatchError('invalid JSON document') from None  # mergepatch.ErrBadJSONDoc


def apply_locally(info: Info, patch: Object, content_type: str) -> Object:
    """What the server would make of it, as far as a client can tell."""
    if content_type == STRATEGIC_PATCH:
        return patched_locally(info.object, patch, for_resource(info.mapping))
    return merge.apply(info.object, patch)
