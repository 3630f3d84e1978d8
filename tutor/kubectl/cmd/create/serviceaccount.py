"""kubectl create serviceaccount."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command


class CreateServiceAccount(CreateObject):
    resource = 'serviceaccounts'
    failure = 'failed to create serviceaccount'

    def build(self) -> Object:
        return {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': self.metadata()}


COMMAND = Command(
    usage='create serviceaccount NAME [--dry-run=server|client|none]',
    long="""
        Create a service account with the specified name.
        """,
    examples="""
        # Create a new service account named my-service-account
        kubectl create serviceaccount my-service-account
        """,
    flags=CREATE_FLAGS,
    options=CreateServiceAccount,
)
