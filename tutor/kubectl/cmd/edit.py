"""kubectl edit."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.patches import merge
from tutor.apimachinery.schema import for_resource
from tutor.client.transport import MERGE_PATCH, STRATEGIC_PATCH
from tutor.kubectl.annotation import annotated
from tutor.kubectl.changes import two_way_patch
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import query_for, validation_directive
from tutor.kubectl.editing.session import CHANGED_IDENTITY, EditSession, Results, original_of
from tutor.kubectl.errors import ERRORS, KubectlError
from tutor.kubectl.options import (
    PRINT_FLAGS,
    SAVE_CONFIG_FLAG,
    VALIDATE_FLAG,
    field_manager_flag,
    filename_flags,
    subresource_flag,
)
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.printers.printer import without_managed_fields
from tutor.kubectl.recording import RECORD_FLAG, record
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag


class EditOptions(Options):
    def complete(self) -> None:
        self.directive = validation_directive(self.flags)
        self.namespace, self.enforce = self.factory.enforced_namespace()

    async def run(self) -> int | None:
        flags = self.flags
        result = await (self.factory.builder().continue_on_error().namespace(self.namespace)
                        .filename_flags(self.enforce, flags).subresource(flags['subresource'])
                        .arguments(True, self.args).latest().flatten().do())
        infos = result.check().infos()
        if not infos:
            raise KubectlError('edit cancelled, no objects found')
        session = EditSession(self.factory, self._save, flags['output'], namespace=self.namespace)
        await session.run(infos)
        return 0

    async def _save(self, originals: list[Info], edited: list[Info], results: Results) -> None:
        """visitToPatch."""
        for info in edited:
            kept = original_of(info, originals).object
            original = without_managed_fields(kept)
            after = without_managed_fields(_annotated(info.object, kept)) if self.flags['save-config'] else info.object
            if self.flags['record']:
                after = deep_copy(after)
                record(self, after)
            if merge.same(original, after):
                printer_for(self.factory, 'skipped').print(after, self.out)
                continue
            self._patch(info, original, after, results)

    def _patch(self, info: Info, original: Object, after: Object, results: Results) -> None:
        strategic = for_resource(info.mapping) is not None
        patch = two_way_patch(original, after, info.mapping) if strategic else merge.create(original, after)
        if 'apiVersion' in patch or 'kind' in patch or 'name' in (patch.get('metadata') or {}):
            raise KubectlError(CHANGED_IDENTITY)
        if self.flags['output-patch']:
            from tutor.apimachinery.printing.json import to_json
            self.out(f'Patch: {to_json(patch, indent=None)}\n')
        info.subresource = self.flags['subresource']
        query = query_for('none', fieldManager=self.flags['field-manager'], fieldValidation=self.directive)
        try:
            info.patch(patch, STRATEGIC_PATCH if strategic else MERGE_PATCH, **query)
        except ERRORS as error:
            self.err(results.add(error, info))
            return
        printer_for(self.factory, 'edited').print(info.object, self.out)


def _annotated(edited: Object, original: Object) -> Object:
    """visitAnnotation: the edited object remembers itself with the managed fields that were put back into it."""
    fields = original['metadata'].get('managedFields')
    whole = {**edited, 'metadata': {**edited['metadata'], 'managedFields': fields}} if fields else edited
    return annotated(whole, True)


COMMAND = Command(
    usage='edit (RESOURCE/NAME | -f FILENAME)',
    long="""
        Edit a resource from the default editor.

        The edit command allows you to directly edit any API resource you can retrieve via the command-line tools. It
        will open the editor defined by your KUBE_EDITOR, or EDITOR environment variables, or fall back to 'vi' for
        Linux or 'notepad' for Windows. When attempting to open the editor, it will first attempt to use the shell
        that has been defined in the 'SHELL' environment variable. If this is not defined, the default shell will be
        used, which is '/bin/bash' for Linux or 'cmd' for Windows.

        You can edit multiple objects, although changes are applied one at a time. The command accepts file names as
        well as command-line arguments, although the files you point to must be previously saved versions of
        resources.

        Editing is done with the API version used to fetch the resource. To edit using a specific API version,
        fully-qualify the resource, version, and group.

        The default format is YAML. To edit in JSON, specify "-o json".

        The flag --windows-line-endings can be used to force Windows line endings, otherwise the default for your
        operating system will be used.

        In the event an error occurs while updating, a temporary file will be created on disk that contains your
        unapplied changes. The most common error when updating a resource is another editor changing the resource on
        the server. When this occurs, you will have to apply your changes to the newer version of the resource, or
        update your temporary saved copy to include the latest resource version.
        """,
    examples="""
        # Edit the service named 'registry'
        kubectl edit svc/registry

        # Use an alternative editor
        KUBE_EDITOR="nano" kubectl edit svc/registry

        # Edit the job 'myjob' in JSON using the v1 API format
        kubectl edit job.v1.batch/myjob -o json

        # Edit the deployment 'mydeployment' in YAML and save the modified config in its annotation
        kubectl edit deployment/mydeployment -o yaml --save-config

        # Edit the 'status' subresource for the 'mydeployment' deployment
        kubectl edit deployment mydeployment --subresource='status'
        """,
    flags=(
        *PRINT_FLAGS,
        *filename_flags('to use to edit the resource'),
        RECORD_FLAG,
        SAVE_CONFIG_FLAG,
        VALIDATE_FLAG,
        field_manager_flag('kubectl-edit'),
        subresource_flag('If specified, edit will operate on the subresource of the requested object.'),
        Flag('output-patch', default=False, help='Output the patch if the resource is edited.'),
        Flag('windows-line-endings', default=False, help='Defaults to the line ending native to your platform.'),
    ),
    options=EditOptions,
)
