"""The packages that can be installed: their programs, and their versions in each distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Package:
    """A package. `programs` are its commands here; `size` in kB as it is fetched; `needs` are installed with it. A
    distribution whose version is '' has no package of this name; `rpm` is without the distribution's sign."""

    programs: tuple[str, ...]
    debian: str
    alpine: str = ''
    size: int = 100
    needs: tuple[str, ...] = ()
    rpm: str = ''
    arch: str = ''


PACKAGES: Mapping[str, Package] = {
    'amqp-tools': Package(('amqp-consume', 'amqp-declare-queue', 'amqp-delete-queue', 'amqp-get', 'amqp-publish'),
                          '0.11.0-1+b1', '', 39),
    'bash': Package(('bash',), '5.2.15-2+b8', '5.2.37-r0', 1491, rpm='5.1.8-9', arch='5.3.3-2'),
    'bind-tools': Package(('dig', 'host', 'nslookup'), '', '9.20.15-r0', 388),
    'bind9-dnsutils': Package(('dig', 'host', 'nslookup'), '1:9.18.41-1~deb12u1', '', 155),
    'bsdmainutils': Package(('hexdump', 'column'), '12.1.8', '', 18),
    'ca-certificates': Package((), '20230311+deb12u1', '20250911-r0', 155, rpm='2024.2.69-91', arch='20240618-1'),
    'conntrack': Package(('conntrack',), '1:1.4.7-1+b2', '', 35),
    'conntrack-tools': Package(('conntrack',), '', '1.4.8-r2', 94, rpm='1.4.7-4', arch='1.4.8-1'),
    'coreutils': Package((), '9.1-1', '9.7-r1', 2897, rpm='8.32-39', arch='9.8-2'),
    'curl': Package(('curl',), '7.88.1-10+deb12u14', '8.14.1-r2', 315, rpm='7.76.1-31', arch='8.16.0-1'),
    'dnsutils': Package((), '1:9.18.41-1~deb12u1', '', 11, ('bind9-dnsutils',)),
    'gettext-base': Package(('envsubst',), '0.21-12', '', 160),
    'iproute2': Package(('ip', 'ss'), '6.1.0-3', '6.15.0-r0', 1046, arch='6.17.0-1'),
    'iptables': Package(('iptables', 'iptables-save'), '1.8.9-2', '1.8.11-r1', 360, arch='1:1.8.11-2'),
    'iputils-ping': Package(('ping',), '3:20221126-1+deb12u1', '', 47),
    'iputils': Package(('ping',), '', '20240905-r0', 52, rpm='20210202-11', arch='20250605-1'),
    'jq': Package(('jq',), '1.6-2.1+deb12u1', '1.8.0-r0', 65, rpm='1.6-17', arch='1.8.1-1'),
    'less': Package(('less',), '590-2.1~deb12u2', '679-r0', 132, rpm='590-5', arch='1:685-1'),
    'nano': Package(('nano',), '7.2-1+deb12u1', '8.4-r0', 690, rpm='5.6.1-7', arch='8.6-1'),
    'net-tools': Package(('arp', 'ifconfig', 'netstat', 'route'), '2.10-0.1+deb12u2', '2.10-r3', 243,
                         rpm='2.0-0.64', arch='2.10-3'),
    'netcat': Package((), '1.10-47', '', 14, ('netcat-openbsd',)),
    'netcat-openbsd': Package(('nc',), '1.219-1', '1.229.1-r0', 41),
    'netcat-traditional': Package(('nc',), '1.10-47', '', 67),
    'openssh-client': Package(('scp', 'ssh', 'ssh-keygen'), '1:9.2p1-2+deb12u7', '10.0_p1-r9', 992),
    'openssl': Package(('openssl',), '3.0.17-1~deb12u3', '3.5.4-r0', 1427, rpm='1:3.2.2-6', arch='3.6.0-1'),
    'python': Package(('python',), '2.7.18-3', '', 140),
    'python-is-python3': Package(('python',), '3.11.2-1+deb12u1', '', 3, ('python3',)),
    'python3': Package(('python3',), '3.11.2-1+b1', '3.12.11-r0', 27, rpm='3.9.21-2'),
    'procps': Package(('free', 'pgrep', 'pidof', 'pkill', 'ps', 'top', 'uptime', 'watch'), '2:4.0.2-3', '4.0.4-r3',
                      709),
    'sudo': Package(('sudo',), '1.9.13p3-1+deb12u2', '1.9.17_p2-r0', 1889, rpm='1.9.5p2-10', arch='1.9.17.p2-1'),
    'tcpdump': Package(('tcpdump',), '4.99.3-1', '4.99.5-r1', 476, rpm='14:4.99.0-9', arch='4.99.5-1'),
    'telnet': Package(('telnet',), '0.17+2.4-2+deb12u2', '', 5, rpm='1:0.17-85'),
    'traceroute': Package(('traceroute',), '1:2.1.2-1', '', 51, rpm='3:2.1.1-1', arch='2.1.6-1'),
    'tree': Package(('tree',), '2.1.0-1', '2.2.1-r0', 52, rpm='1.8.0-10', arch='2.2.1-1'),
    'util-linux': Package(('nsenter',), '2.38.1-5+deb12u3', '2.41-r9', 1177, rpm='2.37.4-21', arch='2.41.2-1'),
    'vim': Package(('vi', 'vim'), '2:9.0.1378-2+deb12u2', '9.1.1566-r0', 1567, arch='9.1.1841-1'),
    'vim-tiny': Package(('vi',), '2:9.0.1378-2+deb12u2', '', 720),
    'wget': Package(('wget',), '1.21.3-1+deb12u1', '1.25.0-r1', 937, rpm='1.21.1-8', arch='1.25.0-2'),
    'xxd': Package(('xxd',), '2:9.0.1378-2+deb12u2', '9.1.1566-r0', 84),
    'bind': Package(('dig', 'host', 'nslookup'), '', arch='9.20.13-1', size=2700),
    'bind-utils': Package(('dig', 'host', 'nslookup'), '', rpm='32:9.16.23-31', size=201),
    'gettext': Package(('envsubst',), '', '0.24.1-r0', rpm='0.21-8', arch='0.26-1', size=1100),
    'inetutils': Package(('telnet',), '', arch='2.6-1', size=290),
    'iproute': Package(('ip', 'ss'), '', rpm='6.11.0-1', size=810),
    'iptables-nft': Package(('iptables', 'iptables-save'), '', rpm='1.8.10-11', size=186),
    'nmap-ncat': Package(('nc',), '', rpm='3:7.92-3', size=225),
    'openbsd-netcat': Package(('nc',), '', arch='1.229_1-1', size=24),
    'openssh': Package(('scp', 'ssh', 'ssh-keygen'), '', '10.0_p1-r9', arch='10.2p1-1', size=1400),
    'openssh-clients': Package(('scp', 'ssh', 'ssh-keygen'), '', rpm='8.7p1-45', size=700),
    'procps-ng': Package(('free', 'pgrep', 'pidof', 'pkill', 'ps', 'top', 'uptime', 'watch'), '', rpm='3.3.17-14',
                         arch='4.0.5-3', size=349),
    'vim-enhanced': Package(('vim',), '', rpm='2:8.2.2637-22', size=1800),
    'which': Package(('which',), '', rpm='2.21-29', arch='2.23-1', size=41),
}
_REAL = """
apache2 build-essential containerd containerd.io default-mysql-client docker.io etcd-client etcd-server gcc
git gnupg golang httpd lsof make man-db mysql-client mysql-server nfs-common nginx nodejs npm php postgresql-client
python3-pip redis redis-server redis-tools rsync socat strace stress stress-ng unzip
zip
"""
REAL = frozenset(_REAL.split())
"""Packages that there are, and that are not simulated."""
