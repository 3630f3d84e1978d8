"""kubectl patch."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches import merge
from tutor.client.transport import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from tutor.kubectl.changes import patched_locally
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import CLIENT, dry_run_strategy, query_for
from tutor.kubectl.errors import KubectlError, with_prefix
from tutor.kubectl.json_patching import json_patched
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, field_manager_flag, filename_flags, subresource_flag
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.recording import RECORD_FLAG, record_patch
from tutor.kubectl.resource.info import Info, gvk_text
from tutor.shell.pflag import Flag

TYPES = {'json': JSON_PATCH, 'merge': MERGE_PATCH, 'strategic': STRATEGIC_PATCH}


class PatchOptions(Options):
    def complete(self) -> None:
        flags = self.flags
        self.local = flags['local']
        self.dry_run = dry_run_strategy(self.factory, flags)
        self.namespace, self.enforce = self.factory.enforced_namespace()

    def validate(self) -> None:
        flags = self.flags
        if flags['patch'] and flags['patch-file']:
            raise KubectlError('cannot specify --patch and --patch-file together')
        if not flags['patch'] and not flags['patch-file']:
            raise KubectlError('must specify --patch or --patch-file containing the contents of the patch')
        if self.local and self.args:
            raise KubectlError('cannot specify --local and server resources')
        if self.local and self.dry_run == 'server':
            raise KubectlError('cannot specify --local and --dry-run=server - did you mean --dry-run=client?')
        if self._type not in TYPES:
            raise KubectlError(f'--type must be one of [{" ".join(sorted(TYPES))}], not "{flags["type"]}"')

    @property
    def _type(self) -> str:
        return (self.flags['type'] or 'strategic').lower()

    async def run(self) -> int | None:
        flags = self.flags
        self.content_type = TYPES[self._type]
        self.body = self._read()
        result = await (self.factory.builder().continue_on_error().local(self.local).namespace(self.namespace)
                        .filename_flags(self.enforce, flags).subresource(flags['subresource'])
                        .arguments(False, self.args).flatten().do())
        self.count = 0
        result.check().visit(self._patch)
        if not self.count:
            raise KubectlError('no objects passed to patch')
        return 0

    def _read(self) -> Any:
        """The patch as JSON; what is no JSON though it begins so goes to the server as it is."""
        from tutor.apimachinery.decode import DecodeError, one
        flags = self.flags
        text = flags['patch'] or self._file(flags['patch-file'])
        if text.lstrip()[:1] in ('{', '['):
            try:
                return json.loads(text)
            except ValueError:
                return text
        try:
            found = one(text)
            return found if isinstance(found, (dict, list)) else json.dumps(found)
        except DecodeError as error:
            raise KubectlError(f'unable to parse "{text}": {str(error).removeprefix("error converting YAML to JSON: ")}'
                               ) from None

    def _file(self, path: str) -> str:
        try:
            return self.factory.read(path).decode('utf-8', 'replace')
        except KubectlError as error:
            raise with_prefix('unable to read patch file', error) from None

    def _patch(self, info: Info) -> None:
        self.count += 1
        before = info.object
        if self.local or self.dry_run == CLIENT:
            after = self._locally(info)
        else:
            info.subresource = self.flags['subresource']
            info.versionless = False  # it asks by the mapping alone (UnstructuredClientForMapping)
            query = query_for(self.dry_run, fieldManager=self.flags['field-manager'])
            try:
                after = info.patch(self.body, self.content_type, **query)
            except StatusError as error:
                if error.reason != 'UnsupportedMediaType':
                    raise
                raise KubectlError(f'{self.content_type} is not supported by {gvk_text(info.mapping)}: '
                                   f'{error.message}') from None
        changed = not merge.same(_comparable(before), _comparable(after))
        if self.dry_run != CLIENT and not self.local and (recorded := record_patch(self)):
            after = info.patch(recorded, MERGE_PATCH, **query)
        printer_for(self.factory, 'patched' if changed else 'patched (no change)').print(after, self.out)

    def _locally(self, info: Info) -> Object:
        """getPatchedJSON."""
        if self.content_type == JSON_PATCH:
            return json_patched(info.object, self.body)
        if not isinstance(self.body, dict):
            if isinstance(self.body, list) and self.content_type == MERGE_PATCH:
                raise KubectlError('json: cannot unmarshal array into Go value of type unstructured.detector')
            raise KubectlError('Invalid JSON Patch' if self.content_type == MERGE_PATCH else 'invalid JSON document')
        if self.content_type == MERGE_PATCH:
            return merge.apply(info.object, self.body)
        obj = info.object
        definition = schema.for_object(obj)
        if definition is None:
            raise KubectlError(f'strategic merge patch is not supported for {obj["apiVersion"]}, Kind={obj["kind"]} '
                               'locally, try --type merge')
        return patched_locally(obj, self.body, definition)


def _comparable(obj: Object) -> Object:
    """Without what the server writes at every change."""
    meta = {key: value for key, value in obj['metadata'].items() if key not in ('resourceVersion', 'managedFields')}
    return {**obj, 'metadata': meta}


COMMAND = Command(
    usage='patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]',
    long="""
        Update fields of a resource using strategic merge patch, a JSON merge patch, or a JSON patch.

        JSON and YAML formats are accepted.

        Note: Strategic merge patch is not supported for custom resources.
        """,
    examples="""
        # Partially update a node using a strategic merge patch, specifying the patch as JSON
        kubectl patch node k8s-node-1 -p '{"spec":{"unschedulable":true}}'

        # Partially update a node using a strategic merge patch, specifying the patch as YAML
        kubectl patch node k8s-node-1 -p $'spec:\\n unschedulable: true'

        # Partially update a node identified by the type and name specified in "node.json" using strategic merge patch
        kubectl patch -f node.json -p '{"spec":{"unschedulable":true}}'

        # Update a container's image; spec.containers[*].name is required because it's a merge key
        kubectl patch pod valid-pod -p '{"spec":{"containers":[{"name":"kubernetes-serve-hostname","image":"new image"}]}}'

        # Update a container's image using a JSON patch with positional arrays
        kubectl patch pod valid-pod --type='json' -p='[{"op": "replace", "path": "/spec/containers/0/image", "value":"new image"}]'

        # Update a deployment's replicas through the 'scale' subresource using a merge patch
        kubectl patch deployment nginx-deployment --subresource='scale' --type='merge' -p '{"spec":{"replicas":2}}'
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *PRINT_FLAGS,
        *filename_flags('identifying the resource to update'),
        DRY_RUN_FLAG,
        RECORD_FLAG,
        field_manager_flag('kubectl-patch'),
        subresource_flag('If specified, patch will operate on the subresource of the requested object.'),
        Flag('local', default=False, help='If true, patch will operate on the content of the file, not the '
             'server-side resource.'),
        Flag('patch', 'p', help='The patch to be applied to the resource JSON file.'),
        Flag('patch-file', help='A file containing a patch to be applied to the resource.'),
        Flag('type', default='strategic', help='The type of patch being provided; one of [json merge strategic]'),
    ),
    options=PatchOptions,
)
