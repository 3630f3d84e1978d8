"""kubectl rollout restart."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.rollout.base import PatchOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import PRINT_FLAGS, SELECTOR_FLAG, field_manager_flag, filename_flags
from tutor.kubectl.resource.info import Info

RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'


class RestartOptions(PatchOptions):
    operation = 'restarted'

    def change(self, obj: Object) -> None:
        """defaultObjectRestarter: the template gets a new annotation, and so the pods are replaced."""
        kind = obj.get('kind')
        if kind not in ('Deployment', 'DaemonSet', 'StatefulSet') or not obj.get('apiVersion', '').startswith('apps/'):
            raise KubectlError('restarting is not supported')
        if kind == 'Deployment' and obj['spec'].get('paused'):
            raise KubectlError("can't restart paused deployment (run rollout resume first)")
        meta = obj['spec']['template'].setdefault('metadata', {})
        noted = meta.get('annotations') or {}
        meta['annotations'] = {**noted, RESTARTED_AT: self.factory.ctx.simulation.timestamp()}

    def unchanged(self, info: Info) -> KubectlError:
        return KubectlError(f'failed to create patch for {info.name}: if restart has already been triggered within the '
                            'past second, please wait before attempting to trigger another')


COMMAND = Command(
    usage='rollout restart RESOURCE',
    long="""
        Restart a resource.

            Resource rollout will be restarted.
        """,
    examples="""
        # Restart all deployments in the test-namespace namespace
        kubectl rollout restart deployment -n test-namespace

        # Restart a deployment
        kubectl rollout restart deployment/nginx

        # Restart a daemon set
        kubectl rollout restart daemonset/abc

        # Restart deployments with the app=nginx label
        kubectl rollout restart deployment --selector=app=nginx
        """,
    flags=(*PRINT_FLAGS, SELECTOR_FLAG, field_manager_flag('kubectl-rollout'),
           *filename_flags('identifying the resource to get from a server.')),
    options=RestartOptions,
)
