"""The distributions below images: which common programs they have, in which folders, and their files in /etc."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tutor.cluster.containers import accounts, releases
from tutor.shell.vfs import FileSystem

_BUSYBOX = """
[ [[ addgroup adduser ar arch arp arping ascii ash awk base32 base64 basename bc bunzip2 bzcat bzip2 cal cat chgrp
chmod chown chroot chvt cksum clear cmp comm cp cpio crond crontab cut date dc dd df diff dirname dmesg
dnsdomainname dos2unix du echo ed egrep env expand expr factor fallocate false fgrep find flock fold free fsync
ftpget ftpput fuser getopt grep groups gunzip gzip hd head hexdump hostid hostname httpd id ifconfig install ip
ipaddr ipcalc iproute kill killall less link ln logger login ls lsof lzcat lzma md5sum mesg mkdir mkfifo mknod
mktemp more mount mountpoint mv nc netstat nice nl nohup nproc nsenter nslookup od paste patch pgrep pidof ping ping6
pkill pmap printenv printf ps pstree pwd readlink realpath renice reset resize rev rm rmdir route sed seq setsid sh
sha1sum sha256sum sha3sum sha512sum shred shuf sleep sort split stat strings stty su sum sync sysctl tac tail tar
tee telnet test tftp time timeout top touch tr traceroute true truncate tty tsort umount uname unexpand uniq
unix2dos unlink unxz unzip uptime usleep uudecode uuencode vi watch wc wget which who whoami xargs xxd xz xzcat yes
zcat busybox
"""
BUSYBOX_APPLETS = _BUSYBOX.split()
_COREUTILS = """
[ arch b2sum base32 base64 basename cat chgrp chmod chown chroot cksum comm cp csplit cut date dd df dir dirname du
echo env expand expr factor false fmt fold groups head hostid id install join link ln ls md5sum mkdir mkfifo mknod
mktemp mv nice nl nohup nproc numfmt od paste pathchk pinky pr printenv printf ptx pwd readlink realpath rm rmdir
seq sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort split stat stty sum sync tac tail tee test
timeout touch tr true truncate tsort tty uname unexpand uniq unlink users vdir wc who whoami yes
"""
COREUTILS = _COREUTILS.split()
_DEBIAN = """
apt apt-cache apt-get apt-mark awk bash clear cmp diff dmesg dpkg egrep fgrep find getent getopt grep gunzip gzip
hostname kill lsblk lscpu more mount mountpoint nsenter perl rev sed sh tar umount xargs zcat which flock iconv ldd
locale su login
"""
DEBIAN = [*COREUTILS, *_DEBIAN.split()]
UBUNTU = [*DEBIAN, 'free', 'pgrep', 'pidof', 'pkill', 'ps', 'sysctl', 'top', 'uptime', 'watch']
BUSYBOX_EXTRAS = {'ftpget', 'ftpput', 'httpd', 'telnet', 'tftp'}
"""What Alpine has in a package of its own."""
ALPINE = [*(name for name in BUSYBOX_APPLETS if name not in BUSYBOX_EXTRAS), 'apk', 'getent', 'iconv', 'ldd']
_FULL = """
curl wget ps top free uptime vi vim nano less man ssh ping dig nslookup nc ip ss netstat git make openssl jq watch
pgrep pkill pidof host traceroute iptables iptables-save ipvsadm ifconfig route
"""
_BASE = """
awk bash curl egrep fgrep find getent getopt grep gunzip gzip hostname kill more mount rev sed sh tar umount xargs zcat
"""
REDHAT = [*COREUTILS, *_BASE.split(), 'dnf', 'ldd', 'su', 'vi', 'yum']
ARCH = [*COREUTILS, *_BASE.split(), 'free', 'ip', 'ldd', 'openssl', 'pacman', 'pgrep', 'pidof', 'ping', 'pkill', 'ps',
        'ss', 'su', 'top', 'uptime', 'watch']
SUSE = [*COREUTILS, *_BASE.split(), 'ldd', 'su', 'zypper']
FULL = [*DEBIAN, *_FULL.split()]


@dataclass(frozen=True, slots=True)
class Userland:
    """One distribution. `flavour` is what its programs behave like: 'gnu' or 'busybox'."""

    name: str
    flavour: str
    programs: tuple[str, ...]
    folder: str
    os_release: str = ''
    directories: tuple[str, ...] = ('/tmp', '/root', '/home', '/var/log', '/var/tmp', '/mnt', '/opt', '/srv', '/media')
    links: Mapping[str, str] = field(default_factory=dict)
    users: str = ''
    groups: str = ''
    extra: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False
    """Whether it has nothing at all, not even the folders that a process needs."""


_MERGED = {'/bin': 'usr/bin', '/sbin': 'usr/sbin', '/lib': 'usr/lib', '/var/run': '/run'}


def _rpm(name: str, programs: list[str], release: str) -> Userland:
    return Userland(name, 'gnu', tuple(programs), '/usr/bin', release, users=accounts.RPM_USERS,
                    groups=accounts.RPM_GROUPS, links=_MERGED)


USERLANDS: Mapping[str, Userland] = {userland.name: userland for userland in (
    Userland('none', 'gnu', (), '/usr/bin', directories=(), users='root:x:0:0:root:/root:/sbin/nologin\n'),
    Userland('scratch', 'gnu', (), '/', directories=()),
    Userland('artifact', 'gnu', (), '/', directories=(), bare=True),
    Userland('busybox', 'busybox', tuple(BUSYBOX_APPLETS), '/bin', users=accounts.BUSYBOX_USERS,
             groups=accounts.BUSYBOX_GROUPS, links={'/var/run': '/run'}),
    Userland('alpine', 'busybox', tuple(ALPINE), '/bin', users=accounts.ALPINE_USERS, groups=accounts.ALPINE_GROUPS,
             links={'/var/run': '/run'}, extra=releases.alpine(releases.ALPINE)),
    Userland('debian', 'gnu', tuple(DEBIAN), '/usr/bin', users=accounts.DEBIAN_USERS, groups=accounts.DEBIAN_GROUPS,
             links=_MERGED, extra=releases.debian(releases.DEBIAN)),
    Userland('ubuntu', 'gnu', tuple(UBUNTU), '/usr/bin', users=accounts.DEBIAN_USERS, groups=accounts.DEBIAN_GROUPS,
             links=_MERGED, extra=releases.ubuntu(releases.UBUNTU)),
    _rpm('fedora', REDHAT, (
        'NAME="Fedora Linux"\nVERSION="42 (Container Image)"\nID=fedora\nVERSION_ID=42\nPLATFORM_ID="platform:f42"\n'
        'PRETTY_NAME="Fedora Linux 42 (Container Image)"\nHOME_URL="https://fedoraproject.org/"\n')),
    _rpm('rocky', REDHAT, (
        'NAME="Rocky Linux"\nVERSION="9.3 (Blue Onyx)"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.3"\n'
        'PLATFORM_ID="platform:el9"\nPRETTY_NAME="Rocky Linux 9.3 (Blue Onyx)"\nHOME_URL="https://rockylinux.org/"\n')),
    _rpm('alma', REDHAT, (
        'NAME="AlmaLinux"\nVERSION="9.6 (Sage Margay)"\nID="almalinux"\nID_LIKE="rhel centos fedora"\n'
        'VERSION_ID="9.6"\nPLATFORM_ID="platform:el9"\nPRETTY_NAME="AlmaLinux 9.6 (Sage Margay)"\n'
        'HOME_URL="https://almalinux.org/"\n')),
    _rpm('oracle', REDHAT, (
        'NAME="Oracle Linux Server"\nVERSION="9.6"\nID="ol"\nID_LIKE="fedora"\nVERSION_ID="9.6"\n'
        'PLATFORM_ID="platform:el9"\nPRETTY_NAME="Oracle Linux Server 9.6"\nHOME_URL="https://linux.oracle.com/"\n')),
    _rpm('amazon', REDHAT, (
        'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\n'
        'PLATFORM_ID="platform:al2023"\nPRETTY_NAME="Amazon Linux 2023.9.20250929"\n'
        'HOME_URL="https://aws.amazon.com/linux/amazon-linux-2023/"\n')),
    _rpm('arch', ARCH, (
        'NAME="Arch Linux"\nPRETTY_NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\nHOME_URL="https://archlinux.org/"\n')),
    _rpm('suse', SUSE, (
        'NAME="openSUSE Leap"\nVERSION="15.6"\nID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\n'
        'PRETTY_NAME="openSUSE Leap 15.6"\nHOME_URL="https://www.opensuse.org/"\n')),
    Userland('full', 'gnu', tuple(FULL), '/usr/bin', users=accounts.DEBIAN_USERS, groups=accounts.DEBIAN_GROUPS,
             links=_MERGED, extra=releases.ubuntu(releases.UBUNTU)),
)}

ELF = b'\x7fELF'


def install(files: FileSystem, userland: Userland, known: Callable[[str], bool], extra: Iterable[str] = ()) -> None:
    """Put a distribution into an empty file system: the programs that are `known`, its users and its name."""
    if userland.bare:
        return
    for directory in ('/etc', '/proc', '/sys', '/dev', '/run', userland.folder, '/usr/bin', '/usr/sbin', '/usr/lib',
                      '/var', '/usr/local/bin'):
        files.make_dirs(directory)
    for directory in userland.directories:
        files.make_dirs(directory)
    for path, target in userland.links.items():
        files.symlink(target, path)
    for directory in ('/bin', '/sbin'):
        files.make_dirs(directory)
    for name in dict.fromkeys((*userland.programs, *extra)):
        if known(name):
            files.put(f'{userland.folder}/{name}', ELF, 0o755, name)
    for path, text in {'/etc/passwd': userland.users, '/etc/group': userland.groups,
                       '/etc/os-release': userland.os_release, **userland.extra}.items():
        if text:
            files.put(path, text)
    for directory in ('/tmp', '/var/tmp'):
        if files.is_dir(directory):
            files.chmod(directory, 0o1777)
    if files.is_dir('/root'):
        files.chmod('/root', 0o700)
