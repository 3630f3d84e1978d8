"""kubectl rollout pause."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.rollout.base import PatchOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import PRINT_FLAGS, SELECTOR_FLAG, field_manager_flag, filename_flags


class PauseOptions(PatchOptions):
    operation = 'paused'

    def change(self, obj: Object) -> None:
        """defaultObjectPauser."""
        if obj.get('kind') != 'Deployment':
            raise KubectlError('pausing is not supported')
        if obj['spec'].get('paused'):
            raise KubectlError('is already paused')
        obj['spec']['paused'] = True


COMMAND = Command(
    usage='rollout pause RESOURCE',
    long="""
        Mark the provided resource as paused.

        Paused resources will not be reconciled by a controller. Use "kubectl rollout resume" to resume a paused
        resource. Currently only deployments support being paused.
        """,
    examples="""
        # Mark the nginx deployment as paused
        # Any current state of the deployment will continue its function; new updates
        # to the deployment will not have an effect as long as the deployment is paused
        kubectl rollout pause deployment/nginx
        """,
    flags=(*PRINT_FLAGS, SELECTOR_FLAG, field_manager_flag('kubectl-rollout'),
           *filename_flags('identifying the resource to get from a server.')),
    options=PauseOptions,
)
