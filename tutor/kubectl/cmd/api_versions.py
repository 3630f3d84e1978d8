"""kubectl api-versions."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options
from tutor.kubectl.discovery import UNDISCOVERED
from tutor.kubectl.errors import UsageError, with_prefix


class ApiVersionsOptions(Options):
    def complete(self) -> None:
        if self.args:
            raise UsageError(f'unexpected arguments: [{" ".join(self.args)}]')

    async def run(self) -> None:
        mapper = self.factory.mapper
        mapper.refresh()
        try:
            served = mapper.discovery.versions
        except UNDISCOVERED as error:
            raise with_prefix("couldn't get available api versions from server", error) from None
        found = [f'{group}/{version}' if group else version
                 for group, versions in served.items() for version in versions]
        self.out(''.join(f'{each}\n' for each in sorted(found)))


COMMAND = Command(
    usage='api-versions',
    long='Print the supported API versions on the server, in the form of "group/version".',
    examples="""
        # Print the supported API versions
        kubectl api-versions
        """,
    options=ApiVersionsOptions,
)
