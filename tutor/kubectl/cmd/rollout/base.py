"""What the sub-commands of `kubectl rollout` share."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.objects import Object
from tutor.kubectl.changes import calculate, send_strategic
from tutor.kubectl.command import Options
from tutor.kubectl.errors import ERRORS, KubectlError, error_text, raise_together
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info
from tutor.kubectl.resource.result import Result

NOT_SPECIFIED = 'required resource not specified'


class RolloutOptions(Options):
    """Workloads by argument, file or label, each fetched anew."""

    def complete(self) -> None:
        self.namespace, self.enforced = self.factory.enforced_namespace()

    def validate(self) -> None:
        if not self.args and not self.flags['filename'] and not self.flags['kustomize']:
            raise KubectlError(NOT_SPECIFIED)

    async def result(self) -> Result:
        builder = self.factory.builder().typed().namespace(self.namespace).labels(self.flags['selector'])
        builder.filename_flags(self.enforced, self.flags).arguments(True, self.args)
        return (await builder.continue_on_error().latest().flatten().do()).check()


class PatchOptions(RolloutOptions):
    """pause, resume and restart: `change` alters a copy of the object, and a patch says how."""

    operation = ''

    def change(self, obj: Object) -> None:
        raise NotImplementedError

    def unchanged(self, info: Info) -> KubectlError:
        return KubectlError(f'{info.mapping.group_resource} "{info.name}" was not changed')

    async def run(self) -> None:
        infos, error = (await self.result()).infos_and_error()
        errors = [error] if error is not None else []
        for info in infos:
            try:
                self._patch(info, self.change)
            except ERRORS as problem:
                errors.append(problem)
        if not infos and not errors:
            self.err(f'No resources found in {self.namespace} namespace.\n')
        raise_together(errors)

    def _patch(self, info: Info, change: Callable[[Object], None]) -> None:
        try:
            _, patch = calculate(info, change)
        except KubectlError as error:
            raise KubectlError(f'error: {info.mapping.group_resource} "{info.name}" {error}') from None
        if not patch:
            raise self.unchanged(info)
        try:
            changed = send_strategic(info, patch, self.flags)
        except ERRORS as error:
            raise KubectlError(f'failed to patch: {error_text(error)}') from None
        printer_for(self.factory, self.operation, typed=True).print(changed, self.out)
