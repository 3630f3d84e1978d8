"""The editor that a person uses, started on a file as kubectl starts it."""

from __future__ import annotations

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.shell.programs.running import NotRunnable, start

VARIABLES = ('KUBE_EDITOR', 'EDITOR')
DEFAULT = 'vi'


class Editor:
    """One editor, from the environment (defaultEnvEditor). Quotes in its command line make a shell start it."""

    def __init__(self, factory: Factory) -> None:
        self._factory = factory
        env = factory.ctx.env
        command = next((env[name] for name in VARIABLES if env.get(name)), DEFAULT)
        self._shell = ' ' in command and any(char in command for char in '"\'\\')
        self._args = [env.get('SHELL') or '/bin/bash', '-c', command] if self._shell else command.split(' ')
        self._count = 0

    async def edit(self, text: str, extension: str) -> tuple[str, str]:
        """Let the text be edited: the path of the file, and what it holds then. Raises KubectlError."""
        factory = self._factory
        self._count += 1
        stamp = int(factory.ctx.simulation.wall().timestamp() * 1000) + self._count
        path = f'/tmp/kubectl-edit-{stamp}{extension}'
        factory.ctx.files.put(path, text, 0o600)
        factory.ctx.files.chown(path, factory.ctx.uid, factory.ctx.gid)
        await self._launch(path)
        return path, factory.read(path).decode('utf-8', 'replace')

    async def _launch(self, path: str) -> None:
        shown = ' '.join(self._args)
        argv = [*self._args[:-1], f'{self._args[-1]} "{path}"'] if self._shell else [*self._args, path]
        try:
            process = start(argv, self._factory.io, self._factory.ctx)
        except NotRunnable:
            raise KubectlError(f'unable to launch the editor "{shown}"') from None
        if await process.exit:
            raise KubectlError(f'there was a problem with the editor "{shown}"')


def without_comments(text: str) -> str:
    """ManualStrip."""
    return ''.join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith('#'))
