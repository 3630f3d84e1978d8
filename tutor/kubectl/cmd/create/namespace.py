"""kubectl create namespace."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command


class CreateNamespace(CreateObject):
    resource = 'namespaces'
    namespaced = False

    def build(self) -> Object:
        return {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': self.name}, 'spec': {}, 'status': {}}


COMMAND = Command(
    usage='create namespace NAME [--dry-run=server|client|none]',
    long="""
        Create a namespace with the specified name.
        """,
    examples="""
        # Create a new namespace named my-namespace
        kubectl create namespace my-namespace
        """,
    flags=CREATE_FLAGS,
    options=CreateNamespace,
)
