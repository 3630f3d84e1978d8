"""kubectl apply: objects as their files say, on the client or on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.kubectl.annotation import annotated, original_configuration
from tutor.kubectl.cascade import (
    CASCADE_FLAG,
    FORCE_FLAG,
    GRACE_PERIOD_FLAG,
    TIMEOUT_FLAG,
    propagation_policy,
    wait_flag,
)
from tutor.kubectl.cmd.apply.patcher import Patcher
from tutor.kubectl.command import Command, Line, Options, subcommands
from tutor.kubectl.dry_run import CLIENT, SERVER, dry_run_strategy, query_for, validation_directive
from tutor.kubectl.errors import ERRORS, KubectlError, UsageError, raise_all, with_source, words
from tutor.kubectl.options import (
    DRY_RUN_FLAG,
    PRINT_FLAGS,
    SELECTOR_FLAG,
    VALIDATE_FLAG,
    field_manager_flag,
    file_name_flags,
    subresource_flag,
)
from tutor.kubectl.printers.print_flags import output_format, printer_for
from tutor.kubectl.recording import RECORD_FLAG, record
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import ARRAY, Flag

if TYPE_CHECKING:
    from tutor.apimachinery.resources import Resource
    from tutor.kubectl.cmd.apply.applyset import ApplySet

NOT_APPLIED = (
    'Warning: resource {} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required '
    'by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create '
    '--save-config or kubectl apply. The missing annotation will be patched automatically.\n')
DELETING = ('Warning: Detected changes to resource {} which is currently being deleted.\n')
PRUNE_ALL = ('all resources selected for prune without explicitly passing --all. To prune all resources, pass the '
             '--all flag. If you did not mean to prune all resources, specify a label selector')
CLIENT_SIDE, SERVER_SIDE = 'kubectl-client-side-apply', 'kubectl'


class ApplyOptions(Options):
    def complete(self) -> None:
        flags = self.flags
        if flags.changed('applyset') and self.factory.ctx.env.get('KUBECTL_APPLYSET') != 'true':
            raise KubectlError("unknown flag: --applyset\nSee 'kubectl apply --help' for usage.")
        if self.args:
            raise UsageError(f'Unexpected args: {words(self.args)}')
        self.server_side = flags['server-side']
        self.dry_run = dry_run_strategy(self.factory, flags)
        self.manager = flags['field-manager']
        if not flags.changed('field-manager') and self.server_side:
            self.manager = SERVER_SIDE
        if not flags['filename'] and not flags['kustomize']:
            raise KubectlError('must specify one of -f and -k')
        self.namespace, self.enforce = self.factory.enforced_namespace()
        self.policy = propagation_policy(self.factory, flags)
        self.directive = validation_directive(flags)
        self.print_objects = output_format(self.factory) not in ('', 'name')
        self.visited_uids: set[str] = set()
        self.visited_namespaces: list[str] = []
        self.apply_set: ApplySet | None = None
        if flags['applyset']:
            from tutor.kubectl.cmd.apply.applyset import ApplySet
            from tutor.kubectl.cmd.apply.applyset_parent import parse
            # The namespace of the kubeconfig does not count: a set is easily lost.
            self.apply_set = ApplySet(self, parse(self.factory, flags['applyset'],
                                                  self.namespace if self.enforce else ''))
        self.allowlist: list[Resource] = []
        if flags['prune'] and flags['prune-allowlist']:
            from tutor.kubectl.cmd.apply.prune import parse_allowlist
            self.allowlist = parse_allowlist(self.factory, flags['prune-allowlist'])

    def validate(self) -> None:
        flags = self.flags
        if flags['force-conflicts'] and not self.server_side:
            raise KubectlError('--force-conflicts only works with --server-side')
        if flags['subresource'] and not self.server_side:
            raise KubectlError('--subresource can only be specified for --server-side')
        if self.dry_run == CLIENT and self.server_side:
            raise KubectlError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server "
                               'instead?)')
        if flags['force'] and self.server_side:
            raise KubectlError('--force cannot be used with --server-side')
        if flags['force'] and self.dry_run == SERVER:
            raise KubectlError('--dry-run=server cannot be used with --force')
        if flags['all'] and flags['selector']:
            raise KubectlError('cannot set --all and --selector at the same time')
        if self.apply_set is not None:
            from tutor.kubectl.cmd.apply.applyset_parent import validate
            if not flags['prune']:
                raise KubectlError('--applyset requires --prune')
            validate(self.factory, self.apply_set.parent)
        if flags['prune']:
            self._validate_prune()

    def _validate_prune(self) -> None:
        flags = self.flags
        if flags['force']:
            # An object that is deleted and made anew is another one, which would be pruned.
            raise KubectlError('--force cannot be used with --prune')
        if self.apply_set is None:
            if not flags['all'] and not flags['selector']:
                raise KubectlError(PRUNE_ALL)
            if self.server_side:
                raise KubectlError("--prune is in alpha and doesn't currently work on objects created by server-side "
                                   'apply')
        elif flags['all']:
            raise KubectlError('--all is incompatible with --applyset')
        elif flags['selector']:
            raise KubectlError('--selector is incompatible with --applyset')
        elif flags['prune-allowlist']:
            raise KubectlError('--prune-allowlist is incompatible with --applyset')

    async def run(self) -> int | None:
        result = await (self.factory.builder().validate(self.directive.lower()).continue_on_error()
                        .namespace(self.namespace).filename_flags(self.enforce, self.flags)
                        .labels(self.flags['selector']).flatten().do())
        infos, error = result.infos_and_error()
        errors = [error] if error else []
        if self.apply_set is not None:
            try:
                self.apply_set.add_labels(infos)
            except KubectlError as failure:
                infos, errors = [], [*errors, failure]
        if not infos and not errors:
            raise KubectlError('no objects passed to apply')
        if self.apply_set is not None:
            self.apply_set.before_apply(infos)
        for info in infos:
            try:
                await self.apply(info)
            except ERRORS as failure:
                errors.append(failure)
        raise_all(errors)
        self._print_all(infos)
        if self.apply_set is not None:
            self.apply_set.prune()
        elif self.flags['prune']:
            from tutor.kubectl.cmd.apply.prune import prune
            prune(self)
        return 0

    async def apply(self, info: Info) -> None:
        """applyOneObject."""
        record(self, info.object)
        if info.namespaced and info.namespace not in self.visited_namespaces:
            self.visited_namespaces.append(info.namespace)
        generated = (info.object.get('metadata') or {}).get('generateName')
        if not info.name and generated:
            raise KubectlError(f'from {generated}: cannot use generate name with apply')
        if self.server_side:
            from tutor.kubectl.cmd.apply.server_side import apply_on_server
            apply_on_server(self, info)
            self.visited(info)
            self.say(info, 'serverside-applied')
            return
        await self._apply_here(info)

    async def _apply_here(self, info: Info) -> None:
        modified = annotated(info.object, True)
        try:
            info.get()
        except ERRORS as error:
            if getattr(error, 'reason', '') != 'NotFound':
                verb = f'retrieving current configuration of:\n{info}\nfrom server for:'
                raise with_source(verb, info.source, error) from None
            self._create(info, modified)
            return
        self.visited(info)
        if not self._applied_before(info):
            self.err(NOT_APPLIED.format(info.object_name()))
        patcher = Patcher(self, info)
        patch = await patcher.patch(modified)
        self.warn_if_deleting(info)
        self.say(info, 'configured' if patch else 'unchanged')

    def _create(self, info: Info, modified: Object) -> None:
        if self.dry_run == CLIENT:
            info.obj = modified
        else:
            try:
                info.create(modified, **self.query())
            except ERRORS as error:
                raise with_source('creating', info.source, error) from None
        self.visited(info)
        self.say(info, 'created')

    def _applied_before(self, info: Info) -> bool:
        return original_configuration(info.object) is not None

    def query(self) -> dict[str, str]:
        return query_for(self.dry_run, fieldManager=self.manager, fieldValidation=self.directive)

    def visited(self, info: Info) -> None:
        uid = info.object['metadata'].get('uid')
        if uid:
            self.visited_uids.add(uid)

    def warn_if_deleting(self, info: Info) -> None:
        if info.object['metadata'].get('deletionTimestamp'):
            self.err(DELETING.format(info.name))

    def say(self, info: Info, operation: str) -> None:
        if not self.print_objects:
            printer_for(self.factory, operation, self.dry_run).print(info.object, self.out)

    def _print_all(self, infos: list[Info]) -> None:
        """printObjects: with -o, all of them as one list."""
        if not self.print_objects or not infos:
            return
        objects = [info.object for info in infos]
        shown = objects[0]
        if len(objects) > 1:
            shown = {'apiVersion': 'v1', 'kind': 'List', 'metadata': {}, 'items': objects}
        printer_for(self.factory, typed=len(objects) > 1).print(shown, self.out)


COMMAND = Command(
    usage='apply (-f FILENAME | -k DIRECTORY)',
    long="""
        Apply a configuration to a resource by file name or stdin. The resource name must be specified. This resource
        will be created if it doesn't exist yet. To use 'apply', always create the resource initially with either
        'apply' or 'create --save-config'.

        JSON and YAML formats are accepted.

        Alpha Disclaimer: the --prune functionality is not yet complete. Do not use unless you are aware of what the
        current state is. See https://issues.k8s.io/34274.
        """,
    examples="""
        # Apply the configuration in pod.json to a pod
        kubectl apply -f ./pod.json

        # Apply resources from a directory containing kustomization.yaml - e.g. dir/kustomization.yaml
        kubectl apply -k dir/

        # Apply the JSON passed into stdin to a pod
        cat pod.json | kubectl apply -f -

        # Apply the configuration from all files that end with '.json'
        kubectl apply -f '*.json'

        # Note: --prune is still in Alpha
        # Apply the configuration in manifest.yaml that matches label app=nginx and delete all other resources that are not in the file and match label app=nginx
        kubectl apply --prune -f manifest.yaml -l app=nginx

        # Apply the configuration in manifest.yaml and delete all the other config maps that are not in the file
        kubectl apply --prune -f manifest.yaml --all --prune-allowlist=core/v1/ConfigMap
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *PRINT_FLAGS,
        RECORD_FLAG,
        *file_name_flags('The files that contain the configurations to apply.'),
        CASCADE_FLAG,
        DRY_RUN_FLAG,
        FORCE_FLAG,
        GRACE_PERIOD_FLAG,
        SELECTOR_FLAG,
        TIMEOUT_FLAG,
        VALIDATE_FLAG,
        wait_flag(False),
        field_manager_flag(CLIENT_SIDE),
        subresource_flag('If specified, apply will operate on the subresource of the requested object.  Only allowed '
                         'when using --server-side.'),
        Flag('all', default=False, help='Select all resources in the namespace of the specified resource types.'),
        Flag('applyset', hidden=True, help='[alpha] The name of the ApplySet that tracks which resources are being '
             'managed, for the purposes of determining what to prune. Only with KUBECTL_APPLYSET=true.'),
        Flag('force-conflicts', default=False, help='If true, server-side apply will force the changes against '
             'conflicts.'),
        Flag('openapi-patch', default=True, help='If true, use openapi to calculate diff when the openapi presents and '
             'the resource can be found in the openapi spec. Otherwise, fall back to use baked-in types.'),
        Flag('overwrite', default=True, help='Automatically resolve conflicts between the modified and live '
             'configuration by using values from the modified configuration'),
        Flag('prune', default=False, help='Automatically delete resource objects, that do not appear in the configs '
             'and are created by either apply or create --save-config. Should be used with either -l or --all.'),
        Flag('prune-allowlist', default=(), kind=ARRAY, help='Overwrite the default allowlist with '
             '<group/version/kind> for --prune'),
        Flag('server-side', default=False, help='If true, apply runs in the server instead of the client.'),
    ),
    options=ApplyOptions,
    groups=subcommands(
        Line('edit-last-applied', 'Edit latest last-applied-configuration annotations of a resource/object',
             'apply.edit_last_applied'),
        Line('set-last-applied', 'Set the last-applied-configuration annotation on a live object to match the contents '
             'of a file', 'apply.set_last_applied'),
        Line('view-last-applied', 'View the latest last-applied-configuration annotations of a resource/object',
             'apply.view_last_applied'),
    ),
)
