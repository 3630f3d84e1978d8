"""What `kubectl certificate approve` and `deny` share."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.command import Options
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import PRINT_FLAGS, filename_flags
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag

RETRIES = 10


def approval_flags(outcome: str) -> tuple[Flag, ...]:
    return (*PRINT_FLAGS, *filename_flags('identifying the resource to update'),
            Flag('force', default=False, help=f'Update the CSR even if it is already {outcome}.'))


class ApprovalOptions(Options):
    """Sets a condition; the opposite one excludes it."""

    condition = opposite = reason = message = operation = ''

    def validate(self) -> None:
        if not self.args and not self.flags['filename'] and not self.flags['kustomize']:
            raise KubectlError('one or more CSRs must be specified as <name> or -f <filename>')

    async def run(self) -> None:
        builder = self.factory.builder().continue_on_error().filename_flags(False, self.flags)
        builder.resource_names('certificatesigningrequests', *self.args)
        self.count = 0
        (await builder.flatten().latest().do()).visit(self._update)
        if not self.count:
            self.out('No resources found\n')

    def _update(self, info: Info) -> None:
        for attempt in range(RETRIES + 1):
            csr = info.object
            changed = self._changed(csr)
            if changed is csr:
                break
            try:
                info.obj = info.request('PUT', info.path('approval'), changed)
                break
            except StatusError as error:
                if error.reason != 'Conflict' or attempt == RETRIES:
                    raise
                info.get()
        self.count += 1
        printer_for(self.factory, self.operation, typed=True).print(info.object, self.out)

    def _changed(self, csr: Object) -> Object:
        """addConditionIfNeeded."""
        status = csr.get('status') or {}
        conditions = status.get('conditions') or []
        kinds = [entry.get('type') for entry in conditions]
        if self.opposite in kinds:
            raise KubectlError(f'certificate signing request "{csr["metadata"]["name"]}" is already {self.opposite}')
        if self.condition in kinds and not self.flags['force']:
            return csr
        entry = {'type': self.condition, 'status': 'True', 'reason': self.reason, 'message': self.message,
                 'lastUpdateTime': self.factory.ctx.simulation.timestamp()}
        kept = [each for each in conditions if each.get('type') != self.condition]
        return {**csr, 'status': {**status, 'conditions': [*kept, entry]}}
