"""sshd: lets users of other machines in, by the keys that lie in their authorized_keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tutor.shell.process import IO, Connection, Context, Host, Process
from tutor.shell.programs.names import entries
from tutor.shell.vfs import FileSystem

PORT = 22
BANNER = 'SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.14\r\n'
PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin'
WELCOME = """\
Welcome to {system} (GNU/Linux 6.8.0-79-generic x86_64)

 * Documentation:  https://help.ubuntu.com
 * Management:     https://landscape.canonical.com
 * Support:        https://ubuntu.com/pro
"""


@dataclass(frozen=True, slots=True)
class Account:
    """A line of /etc/passwd."""

    name: str
    uid: int
    gid: int
    home: str


def account(files: FileSystem, name: str) -> Account | None:
    """The account of a name on a machine."""
    row = next((row for row in entries(files, '/etc/passwd') if row[0] == name and len(row) > 5), None)
    return Account(name, int(row[2]), int(row[3]), row[5]) if row else None


def login_context(host: Host, user: Account, ctx: Context, **env: str) -> Context:
    """The surroundings of a login on a host: its own, but the terminal and what the outer program hands in stay."""
    path = f'/usr/local/sbin:{PATH}' if not user.uid else PATH
    return Context(host, {'HOME': user.home, 'USER': user.name, 'LOGNAME': user.name, 'SHELL': '/bin/bash',
                          'PATH': path, 'LANG': 'C.UTF-8', 'PWD': user.home, **env},
                   user.home, user.uid, user.gid, user.name, terminal=ctx.terminal, extras=handed(ctx))


def handed(ctx: Context) -> dict[str, Any]:
    """What goes along to another user or machine: not the groups, and not the unit."""
    return {key: value for key, value in ctx.extras.items() if key not in ('groups', 'unit')}


class SshServer:
    """The service on a machine's port 22. Clients of the simulation talk to it by its methods."""

    def __init__(self, host: Host) -> None:
        self.host = host

    async def __call__(self, connection: Connection) -> None:
        """What somebody sees who is no client: the banner."""
        connection.writer.write(BANNER)
        await connection.writer.drain()
        if not (await connection.reader.readline()).startswith(b'SSH-'):
            connection.writer.write('Invalid SSH identification string.\r\n')

    def host_key(self) -> str:
        """The public key by which the machine proves itself."""
        words = self._read('/etc/ssh/ssh_host_ed25519_key.pub').split()
        return ' '.join(words[:2])

    def admits(self, name: str, key: str) -> Account | None:
        """The account, if the key is one of its authorized keys."""
        user = account(self.host.files, name)
        if user is None or not key.split():
            return None
        lines = self._read(f'{user.home}/.ssh/authorized_keys').splitlines()
        return user if key.split()[1:2] in [line.split()[1:2] for line in lines if line.strip()] else None

    def _read(self, path: str) -> str:
        try:
            return self.host.files.read_text(path)
        except OSError:
            return ''

    def run(self, user: Account, command: str, io: IO, ctx: Context, peer: str) -> Process:
        """Start a command, or a login shell, as the user. `ctx` is the client's."""
        from tutor.shell.sh import main
        own = self.host.network.addresses[0] if self.host.network is not None else ''
        context = login_context(self.host, user, ctx, SSH_CLIENT=f'{peer} 40022 22',
                                SSH_CONNECTION=f'{peer} 40022 {own} 22')
        if not io.stdin.isatty:
            context.terminal = None
        return self.host.start(main, ['bash', '-c', command] if command else ['-bash'], io, context)

    def welcome(self, user: Account, peer: str) -> str:
        """The message of the day, with the last login."""
        release = dict(line.split('=', 1) for line in self._read('/etc/os-release').splitlines() if '=' in line)
        shown = WELCOME.format(system=release.get('PRETTY_NAME', 'Linux').strip('"'))
        stamp = f'{user.home}/.cache/motd.legal-displayed'
        last = self._read(stamp)
        self.host.files.put(stamp, f'{self.host.simulation.wall():%a %b %e %H:%M:%S %Y} from {peer}\n')
        return shown + (f'Last login: {last}' if last else '')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """sshd -D"""
    ended = ctx.simulation.future()
    ctx.signals['TERM'] = lambda: ended.resolve(None)
    if ctx.host.network is None:
        return 255
    try:
        listener = ctx.host.network.listen(PORT, SshServer(ctx.host))
    except OSError:
        io.stderr.write('error: Bind to port 22 on 0.0.0.0 failed: Address already in use.\n'
                        'fatal: Cannot bind any address.\n')
        return 255
    io.stderr.write('Server listening on 0.0.0.0 port 22.\nServer listening on :: port 22.\n')
    try:
        await ended
    finally:
        listener.close()
    io.stderr.write('Received signal 15; terminating.\n')
    return 0
