"""kubectl version."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag
from tutor.shell.programs.packages import kubernetes

CLIENT_VERSION = {
    'major': '1', 'minor': '36', 'gitVersion': 'v1.36.1', 'gitCommit': '8e16b12fda5b1dccc41a6de48b3e356cc7d5048b',
    'gitTreeState': 'clean', 'buildDate': '2026-05-12T10:00:00Z', 'goVersion': 'go1.26.10', 'compiler': 'gc',
    'platform': 'linux/amd64'}
KUSTOMIZE_VERSION = 'v5.8.1'
SKEW = 1


class VersionOptions(Options):
    def validate(self) -> None:
        if self.args:
            raise KubectlError(f'extra arguments: [{" ".join(self.args)}]')
        if self.flags['output'] not in ('', 'yaml', 'json'):
            raise KubectlError("--output must be 'yaml' or 'json'")

    def complete(self) -> None:
        self._own = dict(CLIENT_VERSION)
        if self.factory.ctx.host.machine is not None:  # a machine has it from a package
            release = kubernetes.release(self.factory.ctx.files, 'kubectl')
            major, minor = release.lstrip('v').split('.')[:2]
            self._own.update(major=major, minor=minor, gitVersion=release)

    async def run(self) -> None:
        info: Object = {'clientVersion': self._own, 'kustomizeVersion': KUSTOMIZE_VERSION}
        problem: Exception | None = None
        if not self.flags['client']:
            client = self.factory.client  # without a usable kubeconfig nothing is told
            try:
                info['serverVersion'] = client.request('GET', '/version').body
            except (StatusError, KubectlError) as error:
                problem = error
        self._print(info)
        if 'serverVersion' in info:
            self._compare(info['serverVersion'])
        if problem is not None:
            raise problem

    def _print(self, info: Object) -> None:
        if self.flags['output'] == 'yaml':
            from tutor.apimachinery.printing.yaml import to_yaml
            self.out(to_yaml(info))
        elif self.flags['output'] == 'json':
            from tutor.apimachinery.printing.json import to_json
            self.out(to_json(info, indent=2, sort_keys=False) + '\n')
        else:
            self.out(f'Client Version: {self._own["gitVersion"]}\nKustomize Version: {KUSTOMIZE_VERSION}\n')
            if 'serverVersion' in info:
                self.out(f'Server Version: {info["serverVersion"].get("gitVersion", "")}\n')

    def _compare(self, server: Object) -> None:
        """printVersionSkewWarning."""
        here, there = (f'{version.get("major")}.{version.get("minor")}' for version in (self._own, server))
        minor = str(server.get('minor', '')).rstrip('+')
        if minor.isdigit() and abs(int(minor) - int(self._own['minor'])) > SKEW:
            self.err(f'Warning: version difference between client ({here}) and server ({there}) exceeds the supported '
                     f'minor version skew of +/-{SKEW}\n')


COMMAND = Command(
    usage='version [flags]',
    long='Print the client and server version information for the current context.',
    examples="""
        # Print the client and server versions for the current context
        kubectl version
        """,
    flags=(
        Flag('client', default=False, help='If true, shows client version only (no server required).'),
        Flag('output', 'o', help="One of 'yaml' or 'json'."),
    ),
    options=VersionOptions,
)
