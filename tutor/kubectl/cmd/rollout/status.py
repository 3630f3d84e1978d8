"""kubectl rollout status."""

from __future__ import annotations

from tutor.kubectl.cmd.rollout.base import RolloutOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import SELECTOR_FLAG, filename_flags
from tutor.kubectl.resource.info import Info
from tutor.kubectl.rollout.status import status
from tutor.kubectl.watching import Deadline, TimedOut, events_of
from tutor.shell.pflag import DURATION, Flag


class StatusOptions(RolloutOptions):
    def validate(self) -> None:
        super().validate()
        if self.flags['revision'] < 0:
            raise KubectlError(f'revision must be a positive integer: {self.flags["revision"]}')

    async def run(self) -> None:
        self._found = False
        await (await self.result()).visit_async(self._follow)
        if not self._found:
            self.err(f'No resources found in {self.namespace} namespace.\n')

    async def _follow(self, info: Info) -> None:
        """Print the state at every change until the rollout is done."""
        self._found = True
        group, revision = info.mapping.group, self.flags['revision']
        status({'kind': info.mapping.kind, **info.object}, group, revision)
        deadline = Deadline(self.factory.ctx.simulation, self.flags['timeout'] or None)
        async for kind, obj in events_of(info, deadline):
            if kind == 'DELETED':
                raise KubectlError('object has been deleted')
            text, done = status({'kind': info.mapping.kind, **obj}, group, revision)
            self.out(text)
            if done or not self.flags['watch']:
                return
        raise TimedOut


COMMAND = Command(
    usage='rollout status (TYPE NAME | TYPE/NAME) [flags]',
    long="""
        Show the status of the rollout.

        By default 'rollout status' will watch the status of the latest rollout until it's done. If you don't want
        to wait for the rollout to finish then you can use --watch=false. Note that if a new rollout starts
        in-between, then 'rollout status' will continue watching the latest revision. If you want to pin to a
        specific revision and abort if it is rolled over by another revision, use --revision=N where N is the
        revision you need to watch for.
        """,
    examples="""
        # Watch the rollout status of a deployment
        kubectl rollout status deployment/nginx
        """,
    flags=(
        SELECTOR_FLAG, *filename_flags('identifying the resource to get from a server.'),
        Flag('revision', default=0, help='Pin to a specific revision for showing its status. Defaults to 0 (last '
             'revision).'),
        Flag('timeout', default=0.0, kind=DURATION, help='The length of time to wait before ending watch, zero means '
             'never. Any other values should contain a corresponding time unit (e.g. 1s, 2m, 3h).'),
        Flag('watch', 'w', True, "Watch the status of the rollout until it's done."),
    ),
    options=StatusOptions,
)
