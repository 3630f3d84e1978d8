"""kubectl create: from a file, or by one of the sub-commands in this folder."""

from __future__ import annotations

from tutor.kubectl.annotation import annotated
from tutor.kubectl.command import Command, Line, Options, subcommands
from tutor.kubectl.dry_run import CLIENT, dry_run_strategy, query_for, validation_directive
from tutor.kubectl.errors import ERRORS, KubectlError, UsageError, with_source, words
from tutor.kubectl.options import (
    DRY_RUN_FLAG,
    PRINT_FLAGS,
    SAVE_CONFIG_FLAG,
    SELECTOR_FLAG,
    VALIDATE_FLAG,
    field_manager_flag,
    filename_flags,
)
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.raw import check_body, raw_body
from tutor.kubectl.recording import RECORD_FLAG, record
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag

SUBCOMMANDS = subcommands(
    Line('clusterrole', 'Create a cluster role', 'create.clusterrole'),
    Line('clusterrolebinding', 'Create a cluster role binding for a particular cluster role',
         'create.clusterrolebinding'),
    Line('configmap', 'Create a config map from a local file, directory or literal value', 'create.configmap',
         ('cm',)),
    Line('cronjob', 'Create a cron job with the specified name', 'create.cronjob', ('cj',)),
    Line('deployment', 'Create a deployment with the specified name', 'create.deployment', ('deploy',)),
    Line('ingress', 'Create an ingress with the specified name', 'create.ingress', ('ing',)),
    Line('job', 'Create a job with the specified name', 'create.job'),
    Line('namespace', 'Create a namespace with the specified name', 'create.namespace', ('ns',)),
    Line('poddisruptionbudget', 'Create a pod disruption budget with the specified name',
         'create.poddisruptionbudget', ('pdb',)),
    Line('priorityclass', 'Create a priority class with the specified name', 'create.priorityclass', ('pc',)),
    Line('quota', 'Create a quota with the specified name', 'create.quota', ('resourcequota',)),
    Line('role', 'Create a role with single rule', 'create.role'),
    Line('rolebinding', 'Create a role binding for a particular role or cluster role', 'create.rolebinding'),
    Line('secret', 'Create a secret using a specified subcommand', 'create.secret'),
    Line('service', 'Create a service using a specified subcommand', 'create.service', ('svc',)),
    Line('serviceaccount', 'Create a service account with the specified name', 'create.serviceaccount', ('sa',)),
    Line('token', 'Request a service account token', 'create.token'),
)


class CreateOptions(Options):
    """create -f."""

    def complete(self) -> None:
        if not self.flags['filename'] and not self.flags['kustomize']:
            if self.args:
                raise UsageError(f'Unexpected args: {words(self.args)}')
            raise KubectlError('must specify one of -f and -k')
        if self.args:
            raise UsageError(f'Unexpected args: {words(self.args)}')
        self.dry_run = dry_run_strategy(self.factory, self.flags)
        self.printer = printer_for(self.factory, 'created', self.dry_run)
        self.directive = validation_directive(self.flags)

    def validate(self) -> None:
        flags = self.flags
        if flags['raw']:
            if flags['edit']:
                raise KubectlError('--raw and --edit are mutually exclusive')
            check_body(flags['raw'], flags['filename'])
            if flags['selector']:
                raise KubectlError('--raw and --selector (-l) are mutually exclusive')
            if flags['output']:
                raise KubectlError('--raw and --output are mutually exclusive')

    async def run(self) -> int | None:
        if self.flags['raw']:
            return await raw_body(self.factory, 'POST', self.flags['raw'], self.flags['filename'])
        if self.flags['edit']:
            from tutor.kubectl.editing.create import edit_and_create
            return await edit_and_create(self)
        namespace, enforce = self.factory.enforced_namespace()
        result = await (self.factory.builder().validate(self.directive).continue_on_error().namespace(namespace)
                        .filename_flags(enforce, self.flags).labels(self.flags['selector']).flatten().do())
        self.count = 0
        result.check().visit(self._create)
        if not self.count:
            raise KubectlError('no objects passed to create')
        return 0

    def _create(self, info: Info) -> None:
        self.count += 1
        obj = annotated(info.object, self.flags['save-config'])
        record(self, obj)
        if self.dry_run == CLIENT:
            info.obj = obj
        else:
            query = query_for(self.dry_run, fieldManager=self.flags['field-manager'],
                              fieldValidation=self.directive)
            try:
                info.create(obj, **query)
            except ERRORS as error:
                raise with_source('creating', info.source, error) from None
        self.printer.print(info.object, self.out)


COMMAND = Command(
    usage='create -f FILENAME',
    long="""
        Create a resource from a file or from stdin.

        JSON and YAML formats are accepted.
        """,
    examples="""
        # Create a pod using the data in pod.json
        kubectl create -f ./pod.json

        # Create a pod based on the JSON passed into stdin
        cat pod.json | kubectl create -f -

        # Edit the data in registry.yaml in JSON then create the resource using the edited data
        kubectl create -f registry.yaml --edit -o json
        """,
    flags=(
        *PRINT_FLAGS,
        *filename_flags('to use to create the resource'),
        DRY_RUN_FLAG,
        RECORD_FLAG,
        SAVE_CONFIG_FLAG,
        VALIDATE_FLAG,
        SELECTOR_FLAG,
        field_manager_flag('kubectl-create'),
        Flag('edit', default=False, help='Edit the API resource before creating'),
        Flag('raw', help='Raw URI to POST to the server.  Uses the transport specified by the kubeconfig file.'),
        Flag('windows-line-endings', default=False, help='Only relevant if --edit=true. Defaults to the line ending '
             'native to your platform.'),
    ),
    options=CreateOptions,
    groups=SUBCOMMANDS,
)
