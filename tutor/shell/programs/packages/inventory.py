"""What dpkg's database says is installed on a machine or in a container of Debian's kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tutor.shell.process import Context
from tutor.shell.programs.packages import kubernetes
from tutor.shell.programs.packages.catalog import PACKAGES
from tutor.shell.programs.packages.installing import has, place

ARCHITECTURE = 'amd64'
SYSTEM = '/usr/lib/systemd/system'
COMMUNITY = 'Kubernetes Authors <dev@kubernetes.io>'
DESCRIPTIONS = {
    'amqp-tools': 'Command-line utilities for interacting with AMQP servers', 'bash': 'GNU Bourne Again SHell',
    'bind9-dnsutils': 'Clients provided with BIND 9', 'bsdmainutils': 'Transitional package for more utilities from '
    'FreeBSD', 'ca-certificates': 'Common CA certificates', 'conntrack': 'Program to modify the conntrack tables',
    'coreutils': 'GNU core utilities', 'curl': 'command line tool for transferring data with URL syntax',
    'dnsutils': 'Transitional package for bind9-dnsutils', 'gettext-base': 'GNU Internationalization utilities for the '
    'base system', 'iproute2': 'networking and traffic control tools',
    'iptables': 'administration tools for packet filtering and NAT', 'iputils-ping': 'Tools to test the reachability '
    'of network hosts', 'jq': 'lightweight and flexible command-line JSON processor', 'less': 'pager program similar '
    'to more', 'nano': 'small, friendly text editor inspired by Pico', 'net-tools': 'NET-3 networking toolkit',
    'netcat': 'TCP/IP swiss army knife -- transitional package', 'netcat-openbsd': 'TCP/IP swiss army knife',
    'netcat-traditional': 'TCP/IP swiss army knife', 'openssh-client': 'secure shell (SSH) client, for secure access '
    'to remote machines', 'openssl': 'Secure Sockets Layer toolkit - cryptographic utility',
    'procps': '/proc file system utilities', 'sudo': 'Provide limited super user privileges to specific users',
    'tcpdump': 'command-line network traffic analyzer', 'telnet': 'basic telnet client', 'traceroute': 'Traces the '
    'route taken by packets over an IPv4/IPv6 network', 'tree': 'displays an indented directory tree, in color',
    'util-linux': 'miscellaneous system utilities', 'vim': "Vi IMproved - enhanced vi editor", 'vim-tiny': 'Vi '
    'IMproved - enhanced vi editor - compact version', 'wget': 'retrieves files from the web',
    'xxd': 'tool to make (or reverse) a hex dump',
}


@dataclass(frozen=True, slots=True)
class Record:
    """One installed package, with its files and folders."""

    name: str
    version: str
    description: str
    files: tuple[str, ...]
    maintainer: str = 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>'
    section: str = 'utils'


NODE = (
    Record('containerd.io', '2.1.9-1~ubuntu.24.04~noble', 'An open and reliable container runtime', (
        '/etc/containerd/config.toml', '/usr/bin/containerd', '/usr/bin/ctr', f'{SYSTEM}/containerd.service'),
        'Containerd team <help@containerd.io>', 'devel'),
    Record('cri-tools', '1.36.0-1.1', 'Command-line utility for interacting with a container runtime', (
        '/usr/bin/crictl',), COMMUNITY, 'admin'),
    Record('kubeadm', '', 'Command-line utility for administering a Kubernetes cluster', (
        '/usr/bin/kubeadm', f'{SYSTEM}/kubelet.service.d/10-kubeadm.conf'), COMMUNITY, 'admin'),
    Record('kubectl', '', 'Command-line utility for interacting with a Kubernetes cluster', (
        '/usr/bin/kubectl',), COMMUNITY, 'admin'),
    Record('kubelet', '', 'Node agent for Kubernetes clusters', (
        '/etc/kubernetes/manifests', '/usr/bin/kubelet', f'{SYSTEM}/kubelet.service', '/var/lib/kubelet'),
        COMMUNITY, 'admin'),
    Record('kubernetes-cni', '1.8.0-1.1', 'Binaries required to provision kubernetes container networking', (
        '/opt/cni/bin',), COMMUNITY, 'admin'),
)
"""What a node has besides the distribution; the packages without a version have the one that is installed there."""


def records(ctx: Context) -> list[Record]:
    """All that is installed, by name."""
    found = [record if record.version else replace(record, version=kubernetes.installed(ctx.files, record.name))
             for record in NODE] if ctx.host.machine is not None else []
    for name, package in PACKAGES.items():
        if package.debian and name not in kubernetes.KUBERNETES and package.programs and has(name, package, ctx.files):
            files = tuple(path for path in (place(ctx.files, program) for program in package.programs) if path)
            found.append(Record(name, package.debian, DESCRIPTIONS.get(name, name), files))
    return sorted(found, key=lambda record: record.name)


def contents(record: Record, ctx: Context) -> list[str]:
    """Its files, and every folder above them, as they lie on the disk."""
    found: dict[str, None] = {'/.': None}
    for path in record.files:
        if ctx.files.exists(path):
            for part in _above(path):
                found[part] = None
            for below in ctx.files.listdir(path) if record.name == 'kubernetes-cni' else ():
                found[f'{path}/{below}'] = None
    return list(found)


def _above(path: str) -> Iterator[str]:
    parts = path.strip('/').split('/')
    for number in range(len(parts)):
        yield '/' + '/'.join(parts[:number + 1])


def held(ctx: Context) -> list[str]:
    """The packages that apt-mark keeps at their version."""
    return ctx.files.read_text(kubernetes.HELD).split() if ctx.files.is_file(kubernetes.HELD) else []
