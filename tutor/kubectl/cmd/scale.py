"""kubectl scale."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.client.transport import MERGE_PATCH
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import CLIENT, SERVER, dry_run_strategy
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, SELECTOR_FLAG, filename_flags
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.recording import RECORD_FLAG, record_patch
from tutor.kubectl.resource.info import Info
from tutor.kubectl.watching import TimedOut
from tutor.shell.pflag import DURATION, Flag

POLL = 1.0


class ScaleOptions(Options):
    def complete(self) -> None:
        self.namespace, self.enforced = self.factory.enforced_namespace()
        self.dry_run = dry_run_strategy(self.factory, self.flags)

    def validate(self) -> None:
        if self.flags['replicas'] < 0:
            raise KubectlError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0')
        if self.flags['current-replicas'] < -1:
            raise KubectlError('The --current-replicas must specify an integer of -1 or greater')

    async def run(self) -> None:
        flags = self.flags
        builder = self.factory.builder().continue_on_error().namespace(self.namespace)
        builder.filename_flags(self.enforced, flags).labels(flags['selector'])
        result = await builder.arguments(flags['all'], self.args).flatten().do()
        infos, error = result.check().infos_and_error()
        if flags['resource-version'] and len(infos) > 1:
            raise KubectlError('cannot use --resource-version with multiple resources')
        printer = printer_for(self.factory, 'scaled', self.dry_run)
        for info in infos:
            if self.dry_run != CLIENT:
                await self._scale(info)
                if recorded := record_patch(self):
                    info.patch(recorded, MERGE_PATCH, **self._query())
            printer.print(info.object, self.out)
        if error is not None:
            raise error
        if not infos:
            raise KubectlError('no objects passed to scale')

    async def _scale(self, info: Info) -> None:
        """scale.Scaler: a blind patch, unless a precondition was asked for."""
        query = self._query()
        path, wanted = info.path('scale'), self.flags['replicas']
        if self.flags['current-replicas'] == -1 and not self.flags['resource-version']:
            info.request('PATCH', path, {'spec': {'replicas': wanted}}, MERGE_PATCH, **query)
        else:
            scale = info.request('GET', path)
            self._check(scale)
            info.request('PUT', path, {**scale, 'spec': {**(scale.get('spec') or {}), 'replicas': wanted}}, **query)
        if self.flags['timeout'] and not query:
            await self._wait(info, path)

    def _query(self) -> dict[str, str]:
        return {'dryRun': 'All'} if self.dry_run == SERVER else {}

    def _check(self, scale: Object) -> None:
        """ScalePrecondition.Validate."""
        expected, version = self.flags['current-replicas'], self.flags['resource-version']
        actual = (scale.get('spec') or {}).get('replicas', 0)
        if expected not in (-1, actual):
            raise KubectlError(f'Expected replicas to be {expected}, was {actual}')
        found = scale['metadata'].get('resourceVersion', '')
        if version and version != found:
            raise KubectlError(f'Expected resource version to be {version}, was {found}')

    async def _wait(self, info: Info, path: str) -> None:
        simulation = self.factory.ctx.simulation
        deadline = simulation.now + self.flags['timeout']
        while True:
            scale = info.request('GET', path)
            if (scale.get('status') or {}).get('replicas', 0) == (scale.get('spec') or {}).get('replicas', 0):
                return
            if simulation.now + POLL > deadline:
                raise TimedOut
            await simulation.sleep(POLL)


COMMAND = Command(
    usage='scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)',
    long="""
        Set a new size for a deployment, replica set, replication controller, or stateful set.

        Scale also allows users to specify one or more preconditions for the scale action.

        If --current-replicas or --resource-version is specified, it is validated before the scale is attempted, and
        it is guaranteed that the precondition holds true when the scale is sent to the server.
        """,
    examples="""
        # Scale a replica set named 'foo' to 3
        kubectl scale --replicas=3 rs/foo

        # Scale a resource identified by type and name specified in "foo.yaml" to 3
        kubectl scale --replicas=3 -f foo.yaml

        # If the deployment named mysql's current size is 2, scale mysql to 3
        kubectl scale --current-replicas=2 --replicas=3 deployment/mysql

        # Scale multiple replication controllers
        kubectl scale --replicas=5 rc/example1 rc/example2 rc/example3

        # Scale stateful set named 'web' to 3
        kubectl scale --replicas=3 statefulset/web
        """,
    required=('replicas',),
    flags=(
        *PRINT_FLAGS, DRY_RUN_FLAG, RECORD_FLAG, SELECTOR_FLAG,
        *filename_flags('identifying the resource to set a new size'),
        Flag('all', default=False, help='Select all resources in the namespace of the specified resource types'),
        Flag('current-replicas', default=-1, help='Precondition for current size. Requires that the current size of '
             'the resource match this value in order to scale. -1 (default) for no condition.'),
        Flag('replicas', default=0, help='The new desired number of replicas. Required.'),
        Flag('resource-version', help='Precondition for resource version. Requires that the current resource version '
             'match this value in order to scale.'),
        Flag('timeout', default=0.0, kind=DURATION, help='The length of time to wait before giving up on a scale '
             "operation, zero means don't wait. Any other values should contain a corresponding time unit (e.g. 1s, "
             '2m, 3h).'),
    ),
    options=ScaleOptions,
)
