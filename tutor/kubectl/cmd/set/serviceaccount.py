"""kubectl set serviceaccount."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.set.base import SetOptions, set_flags
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.podspecs import pod_spec
from tutor.kubectl.recording import RECORD_FLAG


class ServiceAccountOptions(SetOptions):
    operation = 'serviceaccount updated'
    failure = 'failed to patch ServiceAccountName '
    always = True
    told_of_names = False

    def complete(self) -> None:
        super().complete()
        if not self.args:
            raise KubectlError('serviceaccount is required')
        *self.resources, self.account = self.args

    def change(self, obj: Object) -> None:
        pod_spec(obj)['serviceAccountName'] = self.account


COMMAND = Command(
    usage='set serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT',
    long="""
        Update the service account of pod template resources.

        Possible resources (case insensitive) can be:

        replicationcontroller (rc), deployment (deploy), daemonset (ds), job, replicaset (rs), statefulset
        """,
    examples="""
        # Set deployment nginx-deployment's service account to serviceaccount1
        kubectl set serviceaccount deployment nginx-deployment serviceaccount1

        # Print the result (in YAML format) of updated nginx deployment with the service account from local file, without hitting the API server
        kubectl set sa -f nginx-deployment.yaml serviceaccount1 --local --dry-run=client -o yaml
        """,  # noqa: E501
    flags=(
        *set_flags('set serviceaccount', 'identifying the resource to get from a server.', selector=False),
        RECORD_FLAG,
    ),
    options=ServiceAccountOptions,
)
