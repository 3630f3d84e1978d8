"""kubectl replace."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.annotation import annotated
from tutor.kubectl.cascade import (
    CASCADE_FLAG,
    FORCE_FLAG,
    GRACE_PERIOD_FLAG,
    TIMEOUT_FLAG,
    propagation_policy,
    wait_flag,
)
from tutor.kubectl.cmd.delete import Deletion
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import CLIENT, NONE, dry_run_strategy, query_for, validation_directive
from tutor.kubectl.errors import ERRORS, KubectlError, with_source
from tutor.kubectl.options import (
    DRY_RUN_FLAG,
    PRINT_FLAGS,
    SAVE_CONFIG_FLAG,
    VALIDATE_FLAG,
    field_manager_flag,
    file_name_flags,
    subresource_flag,
)
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.raw import check_body, raw_body
from tutor.kubectl.resource.builder import Builder
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag

FORCE_TIMEOUT = 300.0
"""How long --force waits for the old object to be gone, unless --timeout says."""


class ReplaceOptions(Options):
    def complete(self) -> None:
        flags = self.flags
        self.directive = validation_directive(flags)
        self.dry_run = dry_run_strategy(self.factory, flags)
        self.printer = printer_for(self.factory, 'replaced', self.dry_run)
        self.policy = propagation_policy(self.factory, flags)
        self.namespace, self.enforce = self.factory.enforced_namespace()
        self.grace_period = flags['grace-period']
        if self.grace_period == 0:
            # As in `delete`: away as soon as possible, but only when it is really gone.
            self.grace_period = 1

    def validate(self) -> None:
        flags = self.flags
        if not flags['filename'] and not flags['kustomize']:
            raise KubectlError('must specify one of -f and -k')
        if flags['raw']:
            check_body(flags['raw'], flags['filename'])
            return
        if flags['grace-period'] >= 0 and not flags['force']:
            raise KubectlError('--grace-period must have --force specified')
        if flags['timeout'] and not flags['force']:
            raise KubectlError('--timeout must have --force specified')
        if flags['force'] and self.dry_run != NONE:
            raise KubectlError('--dry-run can not be used when --force is set')
        if flags['force'] and flags['subresource']:
            raise KubectlError('--subresource can not be used with --force')

    async def run(self) -> int | None:
        flags = self.flags
        if flags['raw']:
            return await raw_body(self.factory, 'PUT', flags['raw'], flags['filename'])
        if flags['force']:
            return await self._force()
        result = await self._builder().validate(self.directive.lower()).do()
        result.check().visit(self._replace)
        return 0

    def _builder(self) -> Builder:
        return (self.factory.builder().continue_on_error().namespace(self.namespace)
                .filename_flags(self.enforce, self.flags).flatten())

    def _replace(self, info: Info) -> None:
        obj = annotated(info.object, self.flags['save-config'])
        if self.dry_run == CLIENT:
            self.printer.print(obj, self.out)
            return
        info.subresource = self.flags['subresource']
        try:
            if not (obj.get('metadata') or {}).get('resourceVersion'):
                obj = self._unconditional(info, obj)
            info.replace(obj, **self._query())
        except ERRORS as error:
            raise with_source('replacing', info.source, error) from None
        self.printer.print(info.object, self.out)

    def _unconditional(self, info: Info, obj: Object) -> Object:
        """Helper.Replace: what names no version replaces whatever is there."""
        try:
            current = info.request('GET', info.path())
        except StatusError:
            return obj
        version = current['metadata'].get('resourceVersion', '')
        return {**obj, 'metadata': {**obj['metadata'], 'resourceVersion': version}}

    def _query(self) -> dict[str, str]:
        return query_for(self.dry_run, fieldManager=self.flags['field-manager'], fieldValidation=self.directive)

    async def _force(self) -> int:
        """forceReplace: delete, wait, create."""
        result = await self._builder().require_object(False).do()
        infos, error = result.check().infos_and_error()
        result.replay(infos)
        deletion = Deletion(self.factory, self.policy, self.grace_period)
        deletion.delete(result.ignore_not_found())
        if error is not None:
            raise error
        await deletion.wait(self.flags['timeout'] or FORCE_TIMEOUT)
        fresh = await self._builder().validate(self.directive.lower()).do() if '-' not in self.flags['filename'] \
            else result
        fresh.check().visit(self._create)
        return 0

    def _create(self, info: Info) -> None:
        obj = annotated(info.object, self.flags['save-config'])
        meta = {key: value for key, value in obj['metadata'].items() if key != 'resourceVersion'}
        info.create({**obj, 'metadata': meta}, **self._query())
        self.printer.print(info.object, self.out)


COMMAND = Command(
    usage='replace -f FILENAME',
    long="""
        Replace a resource by file name or stdin.

        JSON and YAML formats are accepted. If replacing an existing resource, the complete resource spec must be
        provided. This can be obtained by

            $ kubectl get TYPE NAME -o yaml
        """,
    examples="""
        # Replace a pod using the data in pod.json
        kubectl replace -f ./pod.json

        # Replace a pod based on the JSON passed into stdin
        cat pod.json | kubectl replace -f -

        # Update a single-container pod's image version (tag) to v4
        kubectl get pod mypod -o yaml | sed 's/\\(image: myimage\\):.*$/\\1:v4/' | kubectl replace -f -

        # Force replace, delete and then re-create the resource
        kubectl replace --force -f ./pod.json
        """,
    flags=(
        *PRINT_FLAGS,
        *file_name_flags('The files that contain the configurations to replace.'),
        CASCADE_FLAG,
        DRY_RUN_FLAG,
        FORCE_FLAG,
        GRACE_PERIOD_FLAG,
        SAVE_CONFIG_FLAG,
        TIMEOUT_FLAG,
        VALIDATE_FLAG,
        wait_flag(False),
        field_manager_flag('kubectl-replace'),
        subresource_flag('If specified, replace will operate on the subresource of the requested object.'),
        Flag('raw', help='Raw URI to PUT to the server.  Uses the transport specified by the kubeconfig file.'),
    ),
    options=ReplaceOptions,
)
