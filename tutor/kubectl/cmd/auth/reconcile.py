"""kubectl auth reconcile."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import CLIENT, SERVER, dry_run_strategy
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, filename_flags
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.reconciliation import Outcome, reconcile_binding, reconcile_role
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag

ROLES, BINDINGS = ('Role', 'ClusterRole'), ('RoleBinding', 'ClusterRoleBinding')


class ReconcileOptions(Options):
    def complete(self) -> None:
        if not self.flags['filename'] and not self.flags['kustomize']:
            raise KubectlError('must specify one of -f and -k')
        if self.args:
            raise KubectlError('no arguments are allowed')
        self.dry_run = dry_run_strategy(self.factory, self.flags)
        if self.dry_run == SERVER:
            raise KubectlError('--dry-run=server for command reconcile is not supported yet')

    async def run(self) -> None:
        """Upstream reads the files as --local does, and so no object gets a namespace that it does not have."""
        namespace, enforced = self.factory.enforced_namespace()
        self.printer = printer_for(self.factory, 'reconciled', self.dry_run)
        builder = self.factory.builder().typed().local().continue_on_error().namespace(namespace)
        (await builder.filename_flags(enforced, self.flags).flatten().do()).visit(self._reconcile)

    def _reconcile(self, info: Info) -> None:
        kind, confirm = info.object.get('kind'), self.dry_run != CLIENT
        if kind not in ROLES + BINDINGS:
            return
        mapping = self.factory.mapper.for_object(info.object)
        info = Info(self.factory.client, mapping, info.namespace, info.name, info.source, info.object)
        if kind in ROLES:
            outcome = reconcile_role(info, self.flags['remove-extra-permissions'], confirm)
        else:
            outcome = reconcile_binding(info, self.flags['remove-extra-subjects'], confirm)
        self.printer.print(outcome.obj, self.out)
        self._explain(outcome)

    def _explain(self, outcome: Outcome) -> None:
        """printResults."""
        if not outcome.operation:
            return
        caveat = ', but object opted out (rbac.authorization.kubernetes.io/autoupdate: false)' \
            if outcome.protected else ''
        self.err(f'\treconciliation required {outcome.operation}{caveat}\n')
        for title, lines in (('missing subjects added', outcome.missing_subjects),
                             ('extra subjects removed', self._removed('subjects', outcome.extra_subjects)),
                             ('missing rules added', outcome.missing_rules),
                             ('extra rules removed', self._removed('permissions', outcome.extra_rules))):
            if lines:
                self.err(f'\t{title}:\n' + ''.join(f'\t\t{line}\n' for line in lines))

    def _removed(self, flag: str, extra: list[str]) -> list[str]:
        return extra if self.flags[f'remove-extra-{flag}'] else []


COMMAND = Command(
    usage='auth reconcile -f FILENAME',
    long="""
        Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects.

        Missing objects are created, and the containing namespace is created for namespaced objects, if required.

        Existing roles are updated to include the permissions in the input objects, and remove extra permissions if
        --remove-extra-permissions is specified.

        Existing bindings are updated to include the subjects in the input objects, and remove extra subjects if
        --remove-extra-subjects is specified.

        This is preferred to 'apply' for RBAC resources so that semantically-aware merging of rules and subjects is
        done.
        """,
    examples="""
        # Reconcile RBAC resources from a file
        kubectl auth reconcile -f my-rbac-rules.yaml
        """,
    flags=(
        *PRINT_FLAGS, DRY_RUN_FLAG, *filename_flags('identifying the resource to reconcile.'),
        Flag('remove-extra-permissions', default=False, help='If true, removes extra permissions added to roles'),
        Flag('remove-extra-subjects', default=False, help='If true, removes extra subjects added to rolebindings'),
    ),
    options=ReconcileOptions,
)
