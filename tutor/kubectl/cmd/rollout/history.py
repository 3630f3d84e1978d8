"""kubectl rollout history."""

from __future__ import annotations

from tutor.kubectl.cmd.rollout.base import RolloutOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import PRINT_FLAGS, SELECTOR_FLAG, filename_flags
from tutor.kubectl.printers.print_flags import output_format, printer_for
from tutor.kubectl.resource.info import Info
from tutor.kubectl.rollout.history import NOT_FOUND, History
from tutor.shell.pflag import Flag


class HistoryOptions(RolloutOptions):
    def validate(self) -> None:
        super().validate()
        if self.flags['revision'] < 0:
            raise KubectlError(f'revision must be a positive integer: {self.flags["revision"]}')

    async def run(self) -> None:
        show = self._objects if output_format(self.factory) else self._text
        (await self.result()).visit(show)

    def _text(self, info: Info) -> None:
        revision = self.flags['revision']
        text = History(self.factory.client, info.object, info.mapping.group).view(revision)
        with_revision = f'with revision #{revision}' if revision > 0 else ''
        printer_for(self.factory, f'{with_revision}\n{text}', typed=True).print(info.object, self.out)

    def _objects(self, info: Info) -> None:
        """-o: the objects that hold the revisions."""
        history = History(self.factory.client, info.object, info.mapping.group)
        known = {history.number(record): record for record in history.records}
        wanted = self.flags['revision']
        if wanted > 0 and wanted not in known:
            raise KubectlError(NOT_FOUND)
        printer = printer_for(self.factory, typed=True)
        for number in [wanted] if wanted > 0 else sorted(known):
            printer.print(history.as_object(known[number]), self.out)


COMMAND = Command(
    usage='rollout history (TYPE NAME | TYPE/NAME) [flags]',
    long='View previous rollout revisions and configurations.',
    examples="""
        # View the rollout history of a deployment
        kubectl rollout history deployment/abc

        # View the details of daemonset revision 3
        kubectl rollout history daemonset/abc --revision=3
        """,
    flags=(*PRINT_FLAGS, SELECTOR_FLAG, *filename_flags('identifying the resource to get from a server.'),
           Flag('revision', default=0, help='See the details, including podTemplate of the revision specified')),
    options=HistoryOptions,
)
