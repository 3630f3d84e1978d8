"""The programs that a machine may have: name → where it is. They are imported when they first run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from tutor.cluster.simulation import Writer
from tutor.shell.process import IO, Context, Main
from tutor.shell.programs.complaint import Answered, Complaint, reason

PROGRAMS: Mapping[str, str] = {
    '[': 'shared:builtin',
    'aa-status': 'apparmor:status',
    'amqp-consume': 'amqp:consume',
    'amqp-declare-queue': 'amqp:declare',
    'amqp-delete-queue': 'amqp:delete',
    'amqp-get': 'amqp:get',
    'amqp-publish': 'amqp:publish',
    'apk': 'packages.apk:main',
    'apparmor_parser': 'apparmor:parser',
    'apparmor_status': 'apparmor:status',
    'apt': 'packages.apt:main',
    'apt-cache': 'packages.apt_cache:main',
    'apt-get': 'packages.apt:main',
    'apt-mark': 'packages.apt:mark',
    'arch': 'identity:arch',
    'arp': 'network:arp',
    'ash': 'shared:shell',
    'awk': 'awk.program:main',
    'base32': 'encoding:base',
    'base64': 'encoding:base',
    'basename': 'paths:basename',
    'bash': 'shared:shell',
    'bc': 'bc:main',
    'busybox': 'busybox:main',
    'cat': 'cat:cat',
    'chgrp': 'ownership:chgrp',
    'chmod': 'ownership:chmod',
    'chown': 'ownership:chown',
    'chroot': 'chroot:main',
    'cksum': 'checksums:cksum',
    'clear': 'screen:clear',
    'cmp': 'diff:cmp',
    'column': 'column:main',
    'comm': 'joining:comm',
    'conntrack': 'conntrack:main',
    'cp': 'copying:cp',
    'crictl': 'crictl.program:main',
    'curl': 'curl.program:main',
    'ctr': 'ctr:main',
    'cut': 'fields:cut',
    'date': 'date:main',
    'dd': 'dd:main',
    'df': 'disks:df',
    'diff': 'diff:diff',
    'dig': 'dig:dig',
    'dirname': 'paths:dirname',
    'dmesg': 'dmesg:main',
    'dnf': 'packages.rpm:dnf',
    'docker': 'docker.program:main',
    'dpkg': 'packages.dpkg:main',
    'du': 'disks:du',
    'echo': 'echo:main',
    'ed': 'editing:main',
    'edit': 'editing:main',
    'egrep': 'grep:main',
    'env': 'environment:env',
    'envsubst': 'envsubst:main',
    'etcdctl': 'etcd.program:etcdctl',
    'etcdutl': 'etcd.program:etcdutl',
    'expand': 'folding:expand',
    'expr': 'expr:main',
    'fallocate': 'folders:fallocate',
    'false': 'trivial:false',
    'fgrep': 'grep:main',
    'file': 'stat:file',
    'find': 'find.program:main',
    'fold': 'folding:fold',
    'free': 'machine:free',
    'getent': 'names:getent',
    'git': 'absent:main',
    'grep': 'grep:main',
    'groups': 'identity:groups',
    'gunzip': 'gzip:main',
    'gzip': 'gzip:main',
    'halt': 'power:main',
    'head': 'head:main',
    'hexdump': 'dump:hexdump',
    'host': 'dig:host',
    'hostname': 'identity:hostname',
    'hostnamectl': 'host_facts:hostnamectl',
    'id': 'identity:identity',
    'ifconfig': 'network:ifconfig',
    'install': 'copying:install',
    'ionice': 'environment:set_apart',
    'ip': 'network:ip',
    'iptables': 'iptables:main',
    'iptables-save': 'iptables:save',
    'ipvsadm': 'nft:ipvsadm',
    'join': 'joining:join',
    'journalctl': 'journalctl:main',
    'jq': 'jq:main',
    'kill': 'shared:builtin',
    'killall': 'signalling:killall',
    'less': 'pager.program:pager',
    'ln': 'links:ln',
    'ls': 'ls:main',
    'lsblk': 'host_facts:lsblk',
    'lscpu': 'host_facts:lscpu',
    'lsmod': 'kmod:lsmod',
    'man': 'man.program:main',
    'md5sum': 'checksums:digest',
    'mkdir': 'folders:mkdir',
    'mktemp': 'folders:mktemp',
    'modprobe': 'kmod:modprobe',
    'more': 'pager.program:pager',
    'mount': 'disks:mount',
    'mountpoint': 'mounting:mountpoint',
    'mv': 'copying:mv',
    'nano': 'editing:main',
    'nc': 'nc:main',
    'netstat': 'sockets:netstat',
    'nft': 'nft:nft',
    'nice': 'environment:set_apart',
    'nl': 'numbering:nl',
    'nohup': 'environment:nohup',
    'nproc': 'machine:nproc',
    'nsenter': 'nsenter:main',
    'nslookup': 'nslookup:main',
    'od': 'dump:od',
    'openssl': 'openssl.program:main',
    'pacman': 'packages.pacman:main',
    'paste': 'joining:paste',
    'pgrep': 'signalling:pgrep',
    'pidof': 'signalling:pidof',
    'ping': 'ping:main',
    'pkill': 'signalling:pgrep',
    'poweroff': 'power:main',
    'printenv': 'environment:printenv',
    'printf': 'printf:main',
    'ps': 'ps:main',
    'pwd': 'shared:builtin',
    'python3': 'absent:main',
    'readlink': 'links:readlink',
    'realpath': 'links:realpath',
    'reboot': 'power:main',
    'rev': 'cat:rev',
    'rm': 'removing:rm',
    'rmdir': 'removing:rmdir',
    'rmmod': 'kmod:rmmod',
    'route': 'network:route',
    'scp': 'ssh:scp',
    'screen': 'absent:main',
    'sed': 'sed.program:main',
    'seq': 'sequences:seq',
    'service': 'service:main',
    'setsid': 'environment:set_apart',
    'sh': 'shared:shell',
    'sha1sum': 'checksums:digest',
    'sha256sum': 'checksums:digest',
    'sha512sum': 'checksums:digest',
    'shuf': 'sort:shuf',
    'shutdown': 'power:shutdown',
    'sleep': 'waiting:sleep',
    'snap': 'absent:main',
    'sort': 'sort:main',
    'split': 'splitting:main',
    'ss': 'sockets:ss',
    'ssh': 'ssh:main',
    'ssh-keygen': 'ssh_keygen.program:main',
    'stat': 'stat:main',
    'strings': 'dump:strings',
    'stty': 'screen:stty',
    'su': 'su:main',
    'sudo': 'sudo:main',
    'swapoff': 'kmod:swap',
    'swapon': 'kmod:swap',
    'sync': 'trivial:true',
    'sysctl': 'sysctl:main',
    'systemctl': 'systemctl:main',
    'tac': 'cat:tac',
    'tail': 'tail:main',
    'tar': 'tar:main',
    'tcpdump': 'tcpdump.program:main',
    'tee': 'tee:main',
    'telnet': 'nc:telnet',
    'test': 'shared:builtin',
    'time': 'waiting:time',
    'timedatectl': 'host_facts:timedatectl',
    'timeout': 'waiting:timeout',
    'tmux': 'absent:main',
    'top': 'top:main',
    'touch': 'folders:touch',
    'tr': 'tr:main',
    'traceroute': 'traceroute:main',
    'tree': 'tree:main',
    'true': 'trivial:true',
    'truncate': 'folders:truncate',
    'tty': 'identity:tty',
    'umount': 'mounting:umount',
    'uname': 'identity:uname',
    'unexpand': 'folding:expand',
    'uniq': 'uniq:main',
    'unlink': 'removing:unlink',
    'uptime': 'machine:uptime',
    'usleep': 'waiting:usleep',
    'vi': 'editing:main',
    'vim': 'editing:main',
    'watch': 'watch:main',
    'wc': 'wc:main',
    'wget': 'wget:main',
    'which': 'environment:which',
    'who': 'identity:who',
    'whoami': 'identity:whoami',
    'xargs': 'xargs:main',
    'xxd': 'dump:xxd',
    'yes': 'sequences:yes',
    'yq': 'yq:main',
    'yum': 'packages.rpm:dnf',
    'zcat': 'gzip:main',
    'zypper': 'packages.rpm:zypper',
}


def programs() -> dict[str, Main]:
    """All of them, as a host takes them; none is imported yet."""
    return dict(_all())


@cache
def _all() -> dict[str, Main]:
    return {name: Lazy(f'tutor.shell.programs.{place}') for name, place in PROGRAMS.items()}


class Lazy:
    """A program that is imported from its place, `module:function`, when it first runs. What it complains about goes to
    standard error."""

    __slots__ = ('_main', '_place')

    def __init__(self, place: str) -> None:
        self._place = place
        self._main: Main | None = None

    async def __call__(self, argv: list[str], io: IO, ctx: Context) -> int:
        main = self._main
        if main is None:
            module, _, function = self._place.partition(':')
            main = self._main = getattr(import_module(module), function)
        if not _utf8(ctx):
            io = IO(io.stdin, io.stdout, PlainQuotes(io.stderr))
        try:
            return await main(argv, io, ctx)
        except Answered as answered:
            io.stdout.write(answered.words(ctx))
            return 0
        except Complaint as complaint:
            name = argv[0].rpartition('/')[2]
            io.stderr.write(complaint.words(name, ctx.host.userland))
            return complaint.status
        except RecursionError:
            io.stderr.write(f'{argv[0]}: nested too deeply\n')
            return 2
        except OverflowError:
            io.stderr.write(f'{argv[0]}: Numerical result out of range\n')
            return 1
        except OSError as problem:
            io.stderr.write(f'{argv[0]}: {problem.filename or "write error"}: {reason(problem)}\n')
            return 1


def _utf8(ctx: Context) -> bool:
    """Whether the locale has ‘quotes’."""
    env = ctx.env
    return 'UTF-8' in (env.get('LC_ALL') or env.get('LC_CTYPE') or env.get('LANG') or '')


class PlainQuotes:
    """Standard error of a program in the C locale: ‘quotes’ are plain there."""

    __slots__ = ('_writer', 'isatty')

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.isatty = writer.isatty

    def write(self, data: str | bytes) -> None:
        self._writer.write(data.replace('‘', "'").replace('’', "'") if isinstance(data, str) else data)

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()
