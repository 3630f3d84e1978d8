"""kubectl create service externalname."""

from __future__ import annotations

from tutor.apimachinery.names import is_dns1123_subdomain
from tutor.kubectl.cmd.create.service.service import SERVICE_FLAGS, CreateService
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag


class CreateExternalName(CreateService):
    type = 'ExternalName'

    def validate(self) -> None:
        name = self.flags['external-name']
        if is_dns1123_subdomain(name):
            raise KubectlError(f'invalid service external name {name}')


COMMAND = Command(
    usage='create service externalname NAME --external-name external.name [--dry-run=server|client|none]',
    long="""
        Create an ExternalName service with the specified name.

        ExternalName service references to an external DNS address instead of only pods, which will allow application
        authors to reference services that exist off platform, on other clusters, or locally.
        """,
    examples="""
        # Create a new ExternalName service named my-ns
        kubectl create service externalname my-ns --external-name bar.com
        """,
    flags=(*SERVICE_FLAGS, Flag('external-name', help='External name of service')),
    required=('external-name',),
    options=CreateExternalName,
)
