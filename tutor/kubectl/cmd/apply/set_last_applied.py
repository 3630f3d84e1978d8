"""kubectl apply set-last-applied."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.transport import MERGE_PATCH
from tutor.kubectl.annotation import LAST_APPLIED, configuration_text, original_configuration
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import CLIENT, dry_run_strategy, query_for
from tutor.kubectl.errors import ERRORS, KubectlError, with_source
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag


class SetLastAppliedOptions(Options):
    def complete(self) -> None:
        self.dry_run = dry_run_strategy(self.factory, self.flags)
        self.namespace, self.enforce = self.factory.enforced_namespace()
        self.printer = printer_for(self.factory, 'configured', self.dry_run)

    async def run(self) -> int | None:
        result = await (self.factory.builder().namespace(self.namespace)
                        .filenames(self.enforce, self.flags['filename']).flatten().do())
        pending: list[tuple[Info, Object | None]] = []
        result.check().visit(lambda info: pending.append((info, self._patch(info))))
        for info, patch in pending:
            if patch is None:
                self.out(f'set-last-applied {info.name}: no changes required.\n')
                continue
            if self.dry_run != CLIENT:
                info.patch(patch, MERGE_PATCH, **query_for(self.dry_run))
            self.printer.print(info.object, self.out)
        return 0

    def _patch(self, info: Info) -> Object | None:
        """The patch that writes the annotation, None where it says so already."""
        wanted, source = configuration_text(info.object), info.source
        try:
            info.get()
        except ERRORS as error:
            if isinstance(error, StatusError) and error.reason == 'NotFound':
                raise
            verb = f'retrieving current configuration of:\n{info}\nfrom server for:'
            raise with_source(verb, source, error) from None
        text = original_configuration(info.object)
        if text is None and not self.flags['create-annotation']:
            raise KubectlError(f'no last-applied-configuration annotation found on resource: {info.name}, to create '
                               'the annotation, run the command with --create-annotation')
        return None if text == wanted else {'metadata': {'annotations': {LAST_APPLIED: wanted}}}


COMMAND = Command(
    usage='apply set-last-applied -f FILENAME',
    long="""
        Set the latest last-applied-configuration annotations by setting it to match the contents of a file. This
        results in the last-applied-configuration being updated as though 'kubectl apply -f<file> ' was run, without
        updating any other parts of the object.
        """,
    examples="""
        # Set the last-applied-configuration of a resource to match the contents of a file
        kubectl apply set-last-applied -f deploy.yaml

        # Execute set-last-applied against each configuration file in a directory
        kubectl apply set-last-applied -f path/

        # Set the last-applied-configuration of a resource to match the contents of a file; will create the annotation if it does not already exist
        kubectl apply set-last-applied -f deploy.yaml --create-annotation=true
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *PRINT_FLAGS,
        DRY_RUN_FLAG,
        Flag('create-annotation', default=False, help="Will create 'last-applied-configuration' annotations if current "
             "objects doesn't have one"),
        Flag('filename', 'f', (), 'Filename, directory, or URL to files that contains the last-applied-configuration '
             'annotations'),
    ),
    options=SetLastAppliedOptions,
)
