"""The packages that can be installed: their programs, and their versions in each distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Package:
    """A package. `programs` are its commands here; `size` in kB as it is fetched; `needs` are installed with it."""

    programs: tuple[str, ...]
    debian: str
    alpine: str = ''
    size: int = 100
    needs: tuple[str, ...] = ()


PACKAGES: Mapping[str, Package] = {
    'bash': Package(('bash',), '5.2.15-2+b8', '5.2.37-r0', 1491),
    'bind-tools': Package(('dig', 'host', 'nslookup'), '', '9.20.15-r0', 388),
    'bind9-dnsutils': Package(('dig', 'host', 'nslookup'), '1:9.18.41-1~deb12u1', '', 155),
    'bsdmainutils': Package(('hexdump', 'column'), '12.1.8', '', 18),
    'ca-certificates': Package((), '20230311+deb12u1', '20250911-r0', 155),
    'conntrack': Package(('conntrack',), '1:1.4.7-1+b2', '', 35),
    'conntrack-tools': Package(('conntrack',), '', '1.4.8-r2', 94),
    'coreutils': Package((), '9.1-1', '9.7-r1', 2897),
    'curl': Package(('curl',), '7.88.1-10+deb12u14', '8.14.1-r2', 315),
    'dnsutils': Package((), '1:9.18.41-1~deb12u1', '', 11, ('bind9-dnsutils',)),
    'gettext-base': Package(('envsubst',), '0.21-12', '', 160),
    'iproute2': Package(('ip', 'ss'), '6.1.0-3', '6.15.0-r0', 1046),
    'iptables': Package(('iptables', 'iptables-save'), '1.8.9-2', '1.8.11-r1', 360),
    'iputils-ping': Package(('ping',), '3:20221126-1+deb12u1', '', 47),
    'iputils': Package(('ping',), '', '20240905-r0', 52),
    'jq': Package(('jq',), '1.6-2.1+deb12u1', '1.8.0-r0', 65),
    'less': Package(('less',), '590-2.1~deb12u2', '679-r0', 132),
    'nano': Package(('nano',), '7.2-1+deb12u1', '8.4-r0', 690),
    'net-tools': Package(('arp', 'ifconfig', 'netstat', 'route'), '2.10-0.1+deb12u2', '2.10-r3', 243),
    'netcat': Package((), '1.10-47', '', 14, ('netcat-openbsd',)),
    'netcat-openbsd': Package(('nc',), '1.219-1', '1.229.1-r0', 41),
    'netcat-traditional': Package(('nc',), '1.10-47', '', 67),
    'openssh-client': Package(('scp', 'ssh', 'ssh-keygen'), '1:9.2p1-2+deb12u7', '10.0_p1-r9', 992),
    'openssl': Package(('openssl',), '3.0.17-1~deb12u3', '3.5.4-r0', 1427),
    'procps': Package(('free', 'pgrep', 'pidof', 'pkill', 'ps', 'top', 'uptime', 'watch'), '2:4.0.2-3', '4.0.4-r3',
                      709),
    'sudo': Package(('sudo',), '1.9.13p3-1+deb12u2', '1.9.17_p2-r0', 1889),
    'tcpdump': Package(('tcpdump',), '4.99.3-1', '4.99.5-r1', 476),
    'telnet': Package(('telnet',), '0.17+2.4-2+deb12u2', '', 5),
    'traceroute': Package(('traceroute',), '1:2.1.2-1', '', 51),
    'tree': Package(('tree',), '2.1.0-1', '2.2.1-r0', 52),
    'util-linux': Package(('nsenter',), '2.38.1-5+deb12u3', '2.41-r9', 1177),
    'vim': Package(('vi', 'vim'), '2:9.0.1378-2+deb12u2', '9.1.1566-r0', 1567),
    'vim-tiny': Package(('vi',), '2:9.0.1378-2+deb12u2', '', 720),
    'wget': Package(('wget',), '1.21.3-1+deb12u1', '1.25.0-r1', 937),
    'xxd': Package(('xxd',), '2:9.0.1378-2+deb12u2', '9.1.1566-r0', 84),
}
KUBERNETES = ('kubeadm', 'kubectl', 'kubelet')
"""The packages of pkgs.k8s.io, which every node has."""
KUBERNETES_VERSION = '1.36.1-1.1'
_REAL = """
amqp-tools apache2 build-essential containerd containerd.io default-mysql-client docker.io etcd-client etcd-server gcc
git gnupg golang httpd lsof make man-db mysql-client mysql-server nfs-common nginx nodejs npm php postgresql-client
python-is-python3 python3 python3-pip python redis redis-server redis-tools rsync socat strace stress stress-ng unzip
zip
"""
REAL = frozenset(_REAL.split())
"""Packages that there are, and that are not simulated."""
