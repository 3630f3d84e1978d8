"""What the sub-commands of `kubectl set` share: objects, a change to each, and a patch that says how."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing.go_structs import with_zero_values
from tutor.kubectl.changes import calculate, send_strategic
from tutor.kubectl.command import Options
from tutor.kubectl.dry_run import CLIENT, SERVER, dry_run_strategy
from tutor.kubectl.errors import ERRORS, AggregateError, KubectlError, error_text, raise_all
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, SELECTOR_FLAG, field_manager_flag, filename_flags
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.recording import record
from tutor.kubectl.resource.builder import Builder
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag

ALL_AND_SELECTOR = 'cannot set --all and --selector at the same time'


class SetOptions(Options):
    """`change` alters a copy of an object; `operation` is what is then said of it."""

    operation = ''
    failure = 'failed to patch: '
    always = False
    """Whether an object that stays as it is is sent and printed too."""
    told_of_names = True
    """Whether --local with names of resources has an error of its own."""
    resources: list[str]

    def complete(self) -> None:
        self.dry_run = dry_run_strategy(self.factory, self.flags)
        self.namespace, self.enforced = self.factory.enforced_namespace()
        self.resources = self.args
        self.errors: list[Exception] = []
        self.printer = printer_for(self.factory, self.operation, self.dry_run, typed=True)

    def change(self, obj: Object) -> None:
        raise NotImplementedError

    def check(self) -> None:
        """What upstream validates once the objects are there."""
        if self.flags['all'] and self.flags.get('selector'):
            self.errors.append(KubectlError(ALL_AND_SELECTOR))
        if self.flags['local'] and self.dry_run == SERVER:
            self.errors.append(KubectlError('cannot specify --local and --dry-run=server - did you mean '
                                            '--dry-run=client?'))

    def builder(self) -> Builder:
        flags = self.flags
        builder = self.factory.builder().typed().local(flags['local']).continue_on_error().namespace(self.namespace)
        builder.filename_flags(self.enforced, flags).flatten()
        if not flags['local']:
            builder.labels(flags.get('selector', '')).arguments(flags['all'], self.resources).latest()
        elif self.told_of_names:
            builder.refuse_arguments(self.resources)
        return builder

    async def run(self) -> None:
        infos = (await self.builder().do()).infos()
        self.check()
        raise_all(self.errors)
        for info in infos:
            try:
                self.apply(info)
            except ERRORS as error:
                self.errors += error.errors if isinstance(error, AggregateError) else [error]
        raise_all(self.errors)

    def apply(self, info: Info) -> None:
        """Calculate the patch, send it unless nothing changed, and print what came of it."""
        if self.flags['local']:
            info.obj = with_zero_values(info.object)
        try:
            modified, patch = calculate(info, self._changed)
        except KubectlError as error:
            raise self.refused(info, error) from None
        unchanged = not patch if info.resource is not None else modified == info.object
        if unchanged and not self.always:
            return
        if not self.flags['local'] and self.dry_run != CLIENT:
            try:
                modified = send_strategic(info, patch, self.flags, self.dry_run)
            except ERRORS as error:
                if not self.failure:
                    raise
                raise KubectlError(f'{self.failure}{error_text(error)}') from None
        self.printer.print(modified, self.out)

    def _changed(self, obj: Object) -> None:
        self.change(obj)
        record(self, obj)

    def refused(self, info: Info, error: KubectlError) -> Exception:
        name = info.object_name() if info.resource is not None else info.name
        return KubectlError(f'error: {name} {error}\n')


def set_flags(verb: str, usage: str, selector: bool = True,
              every: str = 'Select all resources, in the namespace of the specified resource types',
              ) -> tuple[Flag, ...]:
    return (
        *PRINT_FLAGS, DRY_RUN_FLAG, field_manager_flag('kubectl-set'), *filename_flags(usage),
        *((SELECTOR_FLAG,) if selector else ()),
        Flag('all', default=False, help=every),
        Flag('local', default=False, help=f'If true, {verb} will NOT contact api-server but run locally.'),
    )
