"""kubectl apply edit-last-applied."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.decode import DecodeError, one
from tutor.apimachinery.patches import merge
from tutor.client.transport import MERGE_PATCH
from tutor.kubectl.annotation import LAST_APPLIED, configuration_text, original_configuration
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import query_for, validation_directive
from tutor.kubectl.editing.session import ANNOTATION_HEADER, EditSession, Results, original_of
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import PRINT_FLAGS, VALIDATE_FLAG, field_manager_flag, filename_flags
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.files import Decoder
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag

NO_ANNOTATION = ('no last-applied-configuration annotation found on resources, to create the annotation, use command '
                 '`kubectl apply set-last-applied --create-annotation`')


class EditLastAppliedOptions(Options):
    def complete(self) -> None:
        self.namespace, self.enforce = self.factory.enforced_namespace()

    async def run(self) -> int | None:
        result = await (self.factory.builder().continue_on_error().namespace(self.namespace)
                        .filename_flags(self.enforce, self.flags).arguments(True, self.args).latest().flatten().do())
        decoder = Decoder(self.factory, False, False)
        noted: list[Info] = []
        found = result.check().infos()
        self.directive = validation_directive(self.flags)
        for info in found:
            text = original_configuration(info.object)
            if text is not None:
                noted.append(decoder.info(_decoded(text), 'edited-file'))
        if not noted:
            raise KubectlError(NO_ANNOTATION)
        session = EditSession(self.factory, self._save, self.flags['output'], ANNOTATION_HEADER, self.namespace)
        await session.run(noted)
        return 0

    async def _save(self, originals: list[Info], edited: list[Info], results: Results) -> None:
        """visitToApplyEditPatch."""
        for info in edited:
            if merge.same(original_of(info, originals).object, info.object):
                printer_for(self.factory, 'skipped').print(info.object, self.out)
                continue
            patch = {'metadata': {'annotations': {LAST_APPLIED: configuration_text(info.object)}}}
            query = query_for('none', fieldManager=self.flags['field-manager'], fieldValidation=self.directive)
            shown = info.object
            info.patch(patch, MERGE_PATCH, **query)
            printer_for(self.factory, 'edited').print(shown, self.out)


def _decoded(text: str) -> Any:
    try:
        return one(text)
    except DecodeError as error:
        raise KubectlError(f'error parsing edited-file: {error}') from None


COMMAND = Command(
    usage='apply edit-last-applied (RESOURCE/NAME | -f FILENAME)',
    long="""
        Edit the latest last-applied-configuration annotations of resources from the default editor.

        The edit-last-applied command allows you to directly edit any API resource you can retrieve via the
        command-line tools. It will open the editor defined by your KUBE_EDITOR, or EDITOR environment variables, or
        fall back to 'vi' for Linux or 'notepad' for Windows. You can edit multiple objects, although changes are
        applied one at a time. The command accepts file names as well as command-line arguments, although the files
        you point to must be previously saved versions of resources.

        The default format is YAML. To edit in JSON, specify "-o json".

        The flag --windows-line-endings can be used to force Windows line endings, otherwise the default for your
        operating system will be used.

        In the event an error occurs while updating, a temporary file will be created on disk that contains your
        unapplied changes. The most common error when updating a resource is another editor changing the resource on
        the server. When this occurs, you will have to apply your changes to the newer version of the resource, or
        update your temporary saved copy to include the latest resource version.
        """,
    examples="""
        # Edit the last-applied-configuration annotations by type/name in YAML
        kubectl apply edit-last-applied deployment/nginx

        # Edit the last-applied-configuration annotations by file in JSON
        kubectl apply edit-last-applied -f deploy.yaml -o json
        """,
    flags=(
        *PRINT_FLAGS,
        *filename_flags('to use to edit the resource'),
        VALIDATE_FLAG,
        field_manager_flag('kubectl-client-side-apply'),
        Flag('windows-line-endings', default=False, help='Defaults to the line ending native to your platform.'),
    ),
    options=EditLastAppliedOptions,
)
