"""kubectl rollout undo."""

from __future__ import annotations

from tutor.apimachinery.objects import annotations
from tutor.kubectl.cmd.rollout.base import RolloutOptions
from tutor.kubectl.command import Command
from tutor.kubectl.dry_run import dry_run_strategy
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, SELECTOR_FLAG, filename_flags
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info
from tutor.kubectl.rollout.history import LAST_APPLIED, History
from tutor.shell.pflag import Flag

APPLIED_BEFORE = (
    "Warning: resource {plural}/{name} was previously managed with 'kubectl apply'. Rolling back will not update the "
    'kubectl.kubernetes.io/last-applied-configuration annotation, which may cause unexpected behavior on future '
    "'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.\n")


class UndoOptions(RolloutOptions):
    def complete(self) -> None:
        super().complete()
        self.dry_run = dry_run_strategy(self.factory, self.flags)

    async def run(self) -> None:
        (await self.result()).visit(self._undo)

    def _undo(self, info: Info) -> None:
        history = History(self.factory.client, info.object, info.mapping.group, 'rollbacker')
        if LAST_APPLIED in annotations(info.object):
            self.err(APPLIED_BEFORE.format(plural=info.mapping.plural, name=info.name))
        outcome = history.undo(self.flags['to-revision'], self.dry_run)
        printer_for(self.factory, outcome, self.dry_run, typed=True).print(info.object, self.out)


COMMAND = Command(
    usage='rollout undo (TYPE NAME | TYPE/NAME) [flags]',
    long='Roll back to a previous rollout.',
    examples="""
        # Roll back to the previous deployment
        kubectl rollout undo deployment/abc

        # Roll back to daemonset revision 3
        kubectl rollout undo daemonset/abc --to-revision=3

        # Roll back to the previous deployment with dry-run
        kubectl rollout undo --dry-run=server deployment/abc
        """,
    flags=(*PRINT_FLAGS, DRY_RUN_FLAG, SELECTOR_FLAG,
           *filename_flags('identifying the resource to get from a server.'),
           Flag('to-revision', default=0, help='The revision to rollback to. Default to 0 (last revision).')),
    options=UndoOptions,
)
