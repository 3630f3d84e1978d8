"""kubectl plugin list."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import Flag
from tutor.kubectl.plugins import PREFIX, search_path
from tutor.shell.vfs import File


class PluginListOptions(Options):
    async def run(self) -> int | None:
        found, problems = 0, 0
        seen: dict[str, str] = {}
        for folder in search_path(self.factory.ctx):
            for name in self._names(folder):
                if not found:
                    self.out('The following compatible plugins are available:\n\n')
                found += 1
                path = f'{folder}/{name}'
                self.out(f'{name if self.flags["name-only"] else path}\n')
                problems += self._warn(path, name, seen)
        if not found:
            raise KubectlError('unable to find any kubectl plugins in your PATH')
        if problems:
            raise KubectlError(f'{problems} plugin warning{"s were" if problems > 1 else " was"} found')
        return 0

    def _names(self, folder: str) -> list[str]:
        try:
            return [name for name in self.factory.ctx.files.listdir(folder) if name.startswith(PREFIX)]
        except OSError:
            return []

    def _warn(self, path: str, name: str, seen: dict[str, str]) -> int:
        node = self.factory.ctx.files.node(path)
        if isinstance(node, File) and not node.mode & 0o111:
            self.err(f'  - warning: {path} identified as a kubectl plugin, but it is not executable\n')
            return 1
        if name in seen:
            self.err(f'  - warning: {path} is overshadowed by a similarly named plugin: {seen[name]}\n')
            return 1
        seen[name] = path
        return 0


COMMAND = Command(
    usage='plugin list [flags]',
    long="""
        List all available plugin files on a user's PATH. To see plugins binary names without the full path use
        --name-only flag.

        Available plugin files are those that are: - executable - anywhere on the user's PATH - begin with "kubectl-"
        """,
    examples="""
        # List all available plugins
        kubectl plugin list

        # List only binary names of available plugins without paths
        kubectl plugin list --name-only
        """,
    flags=(Flag('name-only', default=False, help='If true, display only the binary name of each plugin, rather than '
                'its full path'),),
    options=PluginListOptions,
)
