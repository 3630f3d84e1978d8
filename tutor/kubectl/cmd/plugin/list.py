"""kubectl plugin list."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.kubectl.command import Command, Options, find
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.plugins import PREFIX, search_path
from tutor.shell.pflag import Flag
from tutor.shell.vfs import File


class PluginListOptions(Options):
    async def run(self) -> int | None:
        found, problems = False, 0
        seen: dict[str, str] = {}
        for folder in search_path(self.factory.ctx):
            for name in self._names(folder):
                if not found:
                    self.out('The following compatible plugins are available:\n\n')
                found = True
                path = f'{folder}/{name}'
                self.out(f'{name if self.flags["name-only"] else path}\n')
                for warning in self._warnings(path, name, seen):
                    problems += 1
                    self.err(f'  - warning: {warning}\n')
        if not found:
            raise KubectlError('unable to find any kubectl plugins in your PATH')
        if problems:
            raise KubectlError(f'{problems} plugin warning{"s were" if problems > 1 else " was"} found')
        return 0

    def _names(self, folder: str) -> list[str]:
        files, absolute = self.factory.ctx.files, self.factory.path(folder)
        try:
            return [name for name in files.listdir(absolute)
                    if name.startswith(PREFIX) and not files.is_dir(f'{absolute}/{name}')]
        except OSError as error:
            self.err(f'Unable to read directory "{folder}" from your PATH: open {folder}: '
                     f'{(error.strerror or "").lower()}. Skipping...\n')
            return []

    def _warnings(self, path: str, name: str, seen: dict[str, str]) -> Iterator[str]:
        """CommandOverrideVerifier.Verify."""
        node = self.factory.ctx.files.node(self.factory.path(path))
        if isinstance(node, File) and not node.mode & 0o111:
            yield f'{path} identified as a kubectl plugin, but it is not executable'
        if name in seen:
            yield f'{path} is overshadowed by a similarly named plugin: {seen[name]}'
        seen.setdefault(name, path)
        command = find(self.command.parents[0], name.split('-')[1:])[0]
        if command.parents:
            yield f'{name} overwrites existing command: "{command.path}"'


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
