"""ssh, scp: another machine's shell, and copies between machines (OpenSSH's words)."""

from __future__ import annotations

import base64
import hashlib
import posixpath
from dataclasses import dataclass
from typing import Any

from tutor.cluster.simulation import Cancelled
from tutor.shell.access import READ, allowed, open_write
from tutor.shell.process import IO, Context, NameNotFound, Process
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import Options
from tutor.shell.sshd import PORT, Account, SshServer, account
from tutor.shell.tty import lent
from tutor.shell.vfs import Directory, File, FileSystem, normalize

FLAGS = '46AaCfGgKkMNnqsTtVvXxYy'
TAKES = 'BbcDEeFIiJLlmOopQRSWw'
USAGE = """\
usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface] [-b bind_address]
           [-c cipher_spec] [-D [bind_address:]port] [-E log_file]
           [-e escape_char] [-F configfile] [-I pkcs11] [-i identity_file]
           [-J destination] [-L address] [-l login_name] [-m mac_spec]
           [-O ctl_cmd] [-o option] [-P tag] [-p port] [-R address]
           [-S ctl_path] [-W host:port] [-w local_tun[:remote_tun]]
           destination [command [argument ...]]
       ssh [-Q query_option]
"""
SCP_USAGE = """\
usage: scp [-346ABCOpqRrsTv] [-c cipher] [-D sftp_server_path] [-F ssh_config]
           [-i identity_file] [-J destination] [-l limit] [-o ssh_option]
           [-P port] [-S program] [-X sftp_option] source ... target
"""
VERSION = 'OpenSSH_9.6p1 Ubuntu-3ubuntu13.14, OpenSSL 3.0.13 30 Jan 2024\n'


@dataclass(slots=True)
class Destination:
    """Where to: a user on a host, by which port and key, and the -o options."""

    user: str
    host: str
    port: int
    identity: str
    settings: dict[str, str]


class Refused(Complaint):
    """ssh's own failure: status 255."""

    def __init__(self, text: str) -> None:
        super().__init__(text, 255, bare=True)


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """ssh [-l USER] [-p PORT] [-i KEY] [-o OPTION=VALUE] [-t] [USER@]HOST [COMMAND…]"""
    options = _read(argv[1:], FLAGS, TAKES, USAGE)
    if 'V' in options:
        io.stderr.write(VERSION)
        return 0
    if not options.args:
        io.stderr.write(USAGE)
        return 255
    where = _destination(options.args[0].removeprefix('ssh://'), options, ctx, 'p')
    server, user, peer = await login(where, io, ctx)
    command = ' '.join(options.args[1:])
    return await _session(server, user, peer, where.host, command, options, io, ctx)


async def _session(server: SshServer, user: Account, peer: str, host: str, command: str, options: Options, io: IO,
                   ctx: Context) -> int:
    wants_terminal = 'T' not in options and ('t' in options or not command)
    if wants_terminal and not io.stdin.isatty and options.count('t') < 2:
        io.stderr.write('Pseudo-terminal will not be allocated because stdin is not a terminal.\r\n')
    if not command:
        io.stdout.write(server.welcome(user, peer))
    process = server.run(user, command, io, ctx, peer)
    terminal = getattr(io.stdin, 'terminal', None) if wants_terminal else None
    try:
        with lent(terminal, Session(process, terminal)):
            status = await process.exit
    except Cancelled:
        process.signal('HUP')
        raise
    machine = server.host.machine
    if process.killed_by and machine is not None and not machine.on:
        io.stderr.write(f'Connection to {host} closed by remote host.\r\n')
        status = 255
    if wants_terminal and io.stdin.isatty:
        io.stderr.write(f'Connection to {host} closed.\r\n')
    return status


@dataclass(slots=True)
class Session:
    """The pseudo terminal on the other machine: what is typed at the client's is its."""

    process: Process
    terminal: Any

    def interrupt(self) -> None:
        self.process.typed('INT')

    def suspend(self) -> None:
        self.process.typed('TSTP')

    def end_of_file(self) -> None:
        self.terminal.end_reading()


async def login(where: Destination, io: IO, ctx: Context) -> tuple[SshServer, Account, str]:
    """Connect to a host and prove who one is: its server, the account there and one's own address. Raises Refused."""
    network = ctx.host.network
    if network is None:
        raise Refused(f'ssh: Could not resolve hostname {where.host}: Temporary failure in name resolution')
    try:
        address = (await network.resolve(where.host))[0]
    except NameNotFound:
        raise Refused(f'ssh: Could not resolve hostname {where.host}: Name or service not known') from None
    limit = where.settings.get('connecttimeout', '')
    try:
        connection = await network.connect(address, where.port, float(limit) if limit.isdigit() else None)
    except OSError as problem:
        why = problem.strerror or 'Connection timed out'
        raise Refused(f'ssh: connect to host {where.host} port {where.port}: {why}') from None
    server = network.service(address, where.port)
    connection.close()
    if not isinstance(server, SshServer):
        raise Refused('kex_exchange_identification: Connection closed by remote host\n'
                      f'Connection closed by {address} port {where.port}')
    await _check_host(where, address, server, io, ctx)
    user = server.admits(where.user, _key(where, ctx))
    if user is None:
        raise Refused(f'{where.user}@{where.host}: Permission denied (publickey).')
    return server, user, connection.local[0]


async def _check_host(where: Destination, address: str, server: SshServer, io: IO, ctx: Context) -> None:
    """Whether the host is the one that it was: known_hosts."""
    strict = where.settings.get('stricthostkeychecking', 'ask')
    path, key = f'{_home(ctx)}/.ssh/known_hosts', server.host_key()
    known = [line.split(None, 1) for line in _text(ctx.files, path).splitlines() if ' ' in line]
    found = [rest.strip() for names, rest in known if {where.host, address} & set(names.split(','))]
    if key in found:
        return
    if found and strict != 'no':
        raise Refused('@' * 59 + '\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n' + '@' * 59 +
                      '\nHost key verification failed.')
    if strict == 'yes':
        raise Refused(f'No ED25519 host key is known for {where.host} and you have requested strict checking.\n'
                      'Host key verification failed.')
    if strict == 'ask':
        await _ask_host(where.host, address, key, io)
    ctx.files.put(path, _text(ctx.files, path) + f'{where.host} {key}\n', 0o600)
    ctx.files.chown(path, ctx.uid, ctx.gid)
    io.stderr.write(f"Warning: Permanently added '{where.host}' (ED25519) to the list of known hosts.\r\n")


async def _ask_host(host: str, address: str, key: str, io: IO) -> None:
    if not io.stdin.isatty:
        raise Refused('Host key verification failed.')
    io.stderr.write(f"The authenticity of host '{host} ({address})' can't be established.\n"
                    f'ED25519 key fingerprint is SHA256:{_fingerprint(key)}.\n'
                    'This key is not known by any other names.\n'
                    'Are you sure you want to continue connecting (yes/no/[fingerprint])? ')
    while (answer := (await io.stdin.readline()).decode().strip().lower()) != 'yes':
        if answer in ('no', ''):
            raise Refused('Host key verification failed.')
        io.stderr.write("Please type 'yes', 'no' or the fingerprint: ")


def _fingerprint(key: str) -> str:
    blob = base64.b64decode(key.split()[1]) if len(key.split()) > 1 else b''
    return base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')


def _key(where: Destination, ctx: Context) -> str:
    """The public part of the key that is offered, if the user may read the private one."""
    path = where.identity or f'{_home(ctx)}/.ssh/id_ed25519'
    try:
        if not allowed(ctx.files.node(path), ctx, READ):
            return ''
    except OSError:
        return ''
    return _text(ctx.files, path + '.pub')


def _home(ctx: Context) -> str:
    found = account(ctx.files, ctx.user)
    return found.home if found else ctx.env.get('HOME', '/')


def _text(files: FileSystem, path: str) -> str:
    try:
        return files.read_text(path)
    except OSError:
        return ''


def _read(words: list[str], flags: str, takes: str, usage: str) -> Options:
    """OpenSSH's own reading of options: they end at the destination. Raises Complaint with the usage."""
    options, rest = Options(), list(words)
    while rest and rest[0].startswith('-') and len(rest[0]) > 1:
        letters = rest.pop(0)[1:]
        if letters == '-':
            break
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in flags:
                options.given.append((letter, ''))
            elif letter in takes and (letters or rest):
                options.given.append((letter, letters or rest.pop(0)))
                letters = ''
            else:
                what = 'option requires an argument' if letter in takes else 'unknown option'
                raise Complaint(f'{what} -- {letter}\n{usage.rstrip()}', 255, bare=True)
    options.args = rest
    return options


def _destination(text: str, options: Options, ctx: Context, port: str) -> Destination:
    user, at, host = text.rpartition('@')
    settings = {}
    for value in options.all('o'):
        name, _, setting = value.replace(' ', '=', 1).partition('=')
        settings[name.lower()] = setting.strip().lower()
    number = options.get(port, settings.get('port', str(PORT)))
    if not number.isdigit():
        raise Complaint(f"Bad port '{number}'", 255, bare=True)
    identity = options.get('i')
    return Destination(user if at else options.get('l', settings.get('user', ctx.user)), host, int(number),
                       normalize(identity, ctx.cwd) if identity else '', settings)


# -- scp ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Side:
    """One end of a copy: files of a machine as one of its users sees them."""

    files: FileSystem
    path: str
    ctx: Context
    uid: int
    gid: int
    shown: str


async def scp(argv: list[str], io: IO, ctx: Context) -> int:
    """scp [-r] [-P PORT] [-i KEY] SOURCE… TARGET, where each may be [USER@]HOST:PATH"""
    options = _read(argv[1:], '346ABCOpqRrsTv', 'cDFiJloPSX', SCP_USAGE)
    if len(options.args) < 2:
        io.stderr.write(SCP_USAGE)
        return 1
    sides = [await _side(text, options, io, ctx) for text in options.args]
    target, status = sides.pop(), 0
    if len(sides) > 1 and not target.files.is_dir(target.path):
        raise Complaint(f'{target.shown}: No such file or directory' if not target.files.exists(target.path)
                        else f'{target.shown}: Not a directory', bare=False)
    for source in sides:
        try:
            _copy(source, target, 'r' in options, io)
        except OSError as problem:
            io.stderr.write(f'scp: {problem.filename or source.shown}: {problem.strerror}\n')
            status = 1
    return status


async def _side(text: str, options: Options, io: IO, ctx: Context) -> Side:
    host, colon, path = text.partition(':')
    if not colon or '/' in host:
        return Side(ctx.files, normalize(text, ctx.cwd), ctx, ctx.uid, ctx.gid, text)
    where = _destination(host, options, ctx, 'P')
    try:
        server, user, _ = await login(where, io, ctx)
    except Refused as refused:
        raise Refused(f'{refused}\nscp: Connection closed') from None
    remote = Context(server.host, uid=user.uid, gid=user.gid, user=user.name)
    path = path.removeprefix('~/') if path.startswith('~/') else path
    return Side(server.host.files, normalize(path or '.', user.home), remote, user.uid, user.gid, path)


def _copy(source: Side, target: Side, recursive: bool, io: IO) -> None:
    """Copy one file or tree; raises OSError."""
    node = source.files.node(source.path)
    if not allowed(node, source.ctx, READ):
        raise PermissionError(13, 'Permission denied', source.shown)
    place = target.path
    if target.files.is_dir(place):
        place = f'{place.rstrip("/")}/{posixpath.basename(source.path)}'
    if isinstance(node, Directory):
        if not recursive:
            raise IsADirectoryError(21, 'not a regular file', source.shown)
        if not target.files.exists(place):
            target.files.mkdir(place)
            target.files.chown(place, target.uid, target.gid)
        for name in sorted(node.entries):
            _copy(Side(source.files, f'{source.path}/{name}', source.ctx, source.uid, source.gid,
                       f'{source.shown}/{name}'),
                  Side(target.files, f'{place}/{name}', target.ctx, target.uid, target.gid, f'{target.shown}/{name}'),
                  True, io)
        return
    if isinstance(node, File):
        data = node.data()
        try:
            file = open_write(place, False, target.ctx)
        except OSError as problem:
            raise OSError(problem.errno, f'{problem.strerror}', f'dest open "{target.shown}"') from None
        if isinstance(file, File):
            target.files.append_to(file, data)
        if io.stdout.isatty:
            io.stdout.write(f'{posixpath.basename(place):<45} 100% {len(data):>5}   512.0KB/s   00:00    \n')
