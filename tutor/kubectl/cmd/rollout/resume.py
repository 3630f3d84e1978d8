"""kubectl rollout resume."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.rollout.base import PatchOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import PRINT_FLAGS, SELECTOR_FLAG, field_manager_flag, filename_flags


class ResumeOptions(PatchOptions):
    operation = 'resumed'

    def change(self, obj: Object) -> None:
        """defaultObjectResumer."""
        if obj.get('kind') != 'Deployment':
            raise KubectlError('resuming is not supported')
        if not obj['spec'].get('paused'):
            raise KubectlError('is not paused')
        del obj['spec']['paused']


COMMAND = Command(
    usage='rollout resume RESOURCE',
    long="""
        Resume a paused resource.

        Paused resources will not be reconciled by a controller. By resuming a resource, we allow it to be
        reconciled again. Currently only deployments support being resumed.
        """,
    examples="""
        # Resume an already paused deployment
        kubectl rollout resume deployment/nginx
        """,
    flags=(*PRINT_FLAGS, SELECTOR_FLAG, field_manager_flag('kubectl-rollout'),
           *filename_flags('identifying the resource to get from a server.')),
    options=ResumeOptions,
)
