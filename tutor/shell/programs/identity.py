"""id, whoami, groups, hostname, uname, tty, who."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.names import entries, group_name, user_id, user_name
from tutor.shell.programs.options import parse

KERNEL = '6.8.0-79-generic'
BUILD = '#79-Ubuntu SMP PREEMPT_DYNAMIC Tue Aug 12 14:42:46 UTC 2025'


async def identity(argv: list[str], io: IO, ctx: Context) -> int:
    """id [-ugGn] [USER]"""
    options = parse(argv, ctx, 'ugGnrz', {'user': 'u', 'group': 'g', 'groups': 'G', 'name': 'n'})
    uid, gid, groups = ctx.uid, ctx.gid, _groups(ctx)
    if options.args:
        known = user_id(ctx, options.args[0])
        if known is None:
            name = options.args[0]
            raise Complaint(f"unknown user {name}" if ctx.host.userland == 'busybox' else f'‘{name}’: no such user')
        uid = known
        gid = next(int(row[3]) for row in entries(ctx.files, '/etc/passwd') if row[0] == options.args[0])
        groups = [gid]
    named = 'n' in options
    match options.last('ugG'):
        case 'u':
            io.stdout.write(f'{(user_name(ctx, uid) or uid) if named else uid}\n')
        case 'g':
            io.stdout.write(f'{(group_name(ctx, gid) or gid) if named else gid}\n')
        case 'G':
            io.stdout.write(' '.join(str((group_name(ctx, each) or each) if named else each) for each in groups) + '\n')
        case _:
            listed = ','.join(_with_name(each, group_name(ctx, each)) for each in groups)
            io.stdout.write(f'uid={_with_name(uid, user_name(ctx, uid))} gid={_with_name(gid, group_name(ctx, gid))} '
                            f'groups={listed}\n')
    return 0


def _groups(ctx: Context) -> list[int]:
    extra = ctx.extras.get('groups', ())
    return sorted({ctx.gid, *extra}) if extra else [ctx.gid]


def _with_name(number: int, name: str | None) -> str:
    return f'{number}({name})' if name else str(number)


async def whoami(argv: list[str], io: IO, ctx: Context) -> int:
    """whoami"""
    parse(argv, ctx, '')
    name = user_name(ctx, ctx.uid)
    if name is None:
        raise Complaint(f'unknown uid {ctx.uid}' if ctx.host.userland == 'busybox'
                        else f'cannot find name for user ID {ctx.uid}')
    io.stdout.write(name + '\n')
    return 0


async def groups(argv: list[str], io: IO, ctx: Context) -> int:
    """groups"""
    io.stdout.write(' '.join(group_name(ctx, each) or str(each) for each in _groups(ctx)) + '\n')
    return 0


async def hostname(argv: list[str], io: IO, ctx: Context) -> int:
    """hostname [-fsidI]"""
    options = parse(argv, ctx, 'fsidIAF:', {'fqdn': 'f', 'long': 'f', 'short': 's', 'ip-address': 'i', 'domain': 'd',
                                            'all-ip-addresses': 'I'})
    name = ctx.host.hostname
    if options.args:
        raise Complaint('you must be root to change the host name' if ctx.uid else
                        'sethostname: Operation not permitted', busybox='sethostname: Operation not permitted')
    addresses = list(getattr(ctx.host.network, 'addresses', []) or ['127.0.0.1'])
    match options.last('fsidI'):
        case 'I':
            io.stdout.write(' '.join(addresses) + ' \n')
        case 'i':
            io.stdout.write(addresses[0] + '\n')
        case 'f' | 'd':
            full = _full_name(ctx, name)
            io.stdout.write((full if options.last('fd') == 'f' else full.partition('.')[2]) + '\n')
        case 's':
            io.stdout.write(name.partition('.')[0] + '\n')
        case _:
            io.stdout.write(name + '\n')
    return 0


def _full_name(ctx: Context, name: str) -> str:
    """What /etc/hosts says for the machine's own name."""
    try:
        for line in ctx.files.read_text('/etc/hosts').splitlines():
            words = line.partition('#')[0].split()
            if name in words[1:]:
                return words[1]
    except OSError:
        pass
    return name


async def uname(argv: list[str], io: IO, ctx: Context) -> int:
    """uname [-asnrvmpio]"""
    options = parse(argv, ctx, 'asnrvmpio', {'all': 'a', 'kernel-name': 's', 'nodename': 'n', 'kernel-release': 'r',
                                             'kernel-version': 'v', 'machine': 'm', 'operating-system': 'o',
                                             'processor': 'p', 'hardware-platform': 'i'})
    facts = {'s': 'Linux', 'n': ctx.host.hostname, 'r': KERNEL, 'v': BUILD, 'm': 'x86_64', 'p': 'x86_64', 'i': 'x86_64',
             'o': 'Linux' if _distribution(ctx) == 'alpine' else 'GNU/Linux'}
    if 'a' in options:
        # Ubuntu's coreutils knows the processor and the platform; elsewhere they are unknown and left out.
        wanted = 'snrvmpio' if _distribution(ctx) == 'ubuntu' else 'snrvmo'
    else:
        wanted = ''.join(letter for letter in 'snrvmpio' if letter in options) or 's'
    io.stdout.write(' '.join(facts[letter] for letter in wanted) + '\n')
    return 0


def _distribution(ctx: Context) -> str:
    try:
        release = ctx.files.read_text('/etc/os-release')
    except OSError:
        return ''
    return next((line[3:].strip('"') for line in release.splitlines() if line.startswith('ID=')), '')


async def arch(argv: list[str], io: IO, ctx: Context) -> int:
    """arch"""
    return await uname(['uname', '-m'], io, ctx)


async def tty(argv: list[str], io: IO, ctx: Context) -> int:
    """tty [-s]"""
    options = parse(argv, ctx, 's', {'silent': 's', 'quiet': 's'})
    if 's' not in options:
        io.stdout.write('/dev/pts/0\n' if io.stdin.isatty else 'not a tty\n')
    return 0 if io.stdin.isatty else 1


async def who(argv: list[str], io: IO, ctx: Context) -> int:
    """who"""
    if ctx.terminal is not None:
        io.stdout.write(f'{ctx.user:<8} pts/0        {ctx.simulation.epoch:%Y-%m-%d %H:%M}\n')
    return 0
