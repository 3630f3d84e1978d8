"""What all sub-commands of `kubectl create` that make one object have in common (CreateSubcommandOptions)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.annotation import annotated
from tutor.kubectl.command import Options
from tutor.kubectl.dry_run import CLIENT, dry_run_strategy, query_for, validation_directive
from tutor.kubectl.errors import ConnectionLost, KubectlError, UsageError, with_prefix
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, SAVE_CONFIG_FLAG, VALIDATE_FLAG, field_manager_flag
from tutor.kubectl.printers.print_flags import printer_for
from tutor.shell.pflag import FlagSet

CREATE_FLAGS = (*PRINT_FLAGS, DRY_RUN_FLAG, SAVE_CONFIG_FLAG, VALIDATE_FLAG, field_manager_flag('kubectl-create'))
"""The flags of every sub-command."""


def name_argument(args: list[str], flags: FlagSet) -> str:
    """NameFromCommandArgs: the one argument before '--'."""
    count = flags.args_before_dash if flags.args_before_dash >= 0 else len(args)
    if count != 1:
        raise UsageError(f'exactly one NAME is required, got {count}')
    return args[0]


class CreateObject(Options):
    """Makes one object: sub-classes say which in `build`. `resource` is its plural and group ('deployments.apps');
    `failure` is how the real command words a refusal before the server's message, when it does."""

    resource = ''
    failure = ''
    namespaced = True

    def complete(self) -> None:
        self.name = self.object_name()
        self.dry_run = dry_run_strategy(self.factory, self.flags)
        self.namespace, self.enforce_namespace = ('', False)
        if self.namespaced:
            self.namespace, self.enforce_namespace = self.factory.enforced_namespace()
        self.directive = validation_directive(self.flags)
        self.printer = printer_for(self.factory, 'created', self.dry_run, typed=True)

    def object_name(self) -> str:
        return name_argument(self.args, self.flags)

    def validate(self) -> None:
        if not self.name:
            raise KubectlError('name must be specified')

    def build(self) -> Object:
        """The object to create."""
        raise NotImplementedError

    def metadata(self, **more: object) -> Object:
        """Name, and the namespace when -n named it."""
        found: Object = {'name': self.name, **more}
        if self.enforce_namespace:
            found['namespace'] = self.namespace
        return found

    async def run(self) -> int | None:
        obj = annotated(self.build(), self.flags['save-config'], typed=True)
        if self.dry_run != CLIENT:
            obj = self.create(obj)
        self.printer.print(obj, self.out)
        return 0

    def create(self, obj: Object) -> Object:
        query = query_for(self.dry_run, fieldManager=self.flags['field-manager'], fieldValidation=self.directive)
        try:
            created = self.factory.client.create(self.resource, obj, self.namespace, **query)
        except (StatusError, ConnectionLost) as error:
            raise self.failed(error) from None
        return {**created, 'apiVersion': obj['apiVersion'], 'kind': obj['kind']}

    def failed(self, error: Exception) -> Exception:
        """How a refusal by the server is worded."""
        return with_prefix(self.failure, error) if self.failure else error
