"""What lies on a machine's disk: the distribution and its packages (`base`, shared by all), and what one machine has
for itself: its names, its users' keys, and what kubeadm wrote there when it made or joined the cluster."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing import to_yaml
from tutor.cluster.containers.namespaces import HOST as HOST_NAMESPACES
from tutor.cluster.containers.userlands import ELF, USERLANDS, install
from tutor.cluster.machine import kubeadm_files as kubeadm
from tutor.cluster.machine import unit_files
from tutor.cluster.pki import CLUSTER_ADMINS, MASTERS, Keys
from tutor.shell import apparmor, kernel
from tutor.shell.programs.packages import kubernetes
from tutor.shell.vfs import FileSystem

USER, HOME, UID = 'learner', '/home/learner', 1000
SUDO, DOCKER = 27, 999
"""The groups that the learner is in besides."""
HOSTS = """\
127.0.0.1 localhost
127.0.1.1 {name}

# The following lines are desirable for IPv6 capable hosts
::1     ip6-localhost ip6-loopback
fe00::0 ip6-localnet
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters

"""
RESOLV_CONF = 'nameserver 172.30.0.1\nsearch .\n'
DEVICES = ('null', 'zero', 'full', 'stdin', 'stdout', 'stderr', 'tty', 'random', 'urandom')
FOLDERS = ('/etc/kubernetes/manifests', '/etc/cni/net.d', '/etc/containerd', '/etc/default', '/etc/ssh',
           '/opt/cni/bin', '/var/lib/kubelet/pods', '/var/lib/kubelet/pki', '/var/log/pods', '/var/log/containers',
           '/var/lib/containerd', '/run/containerd', '/data', '/boot', '/srv', '/dev/fd', '/var/lib/cni',
           '/usr/local/bin', '/usr/local/sbin', '/usr/sbin')
CNI_PLUGINS = ('bandwidth', 'bridge', 'dhcp', 'dummy', 'firewall', 'host-device', 'host-local', 'ipvlan', 'loopback',
               'macvlan', 'portmap', 'ptp', 'sbr', 'static', 'tap', 'tuning', 'vlan', 'vrf')
PLUGIN_CONFIGURATION = '/etc/cni/net.d/10-bridge.conflist'
CNI_CONF = """\
{
  "cniVersion": "1.0.0",
  "name": "bridge",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "cni0",
      "isGateway": true,
      "ipMasq": true,
      "ipam": {
        "type": "host-local",
        "ranges": [[{"subnet": "%s"}]],
        "routes": [{"dst": "0.0.0.0/0"}]
      }
    },
    {
      "type": "portmap",
      "capabilities": {"portMappings": true}
    }
  ]
}
"""
CONTAINERD_CONFIG = """\
version = 3
root = '/var/lib/containerd'
state = '/run/containerd'
oom_score = 0

[grpc]
  address = '/run/containerd/containerd.sock'

[plugins]
  [plugins.'io.containerd.cri.v1.images']
    snapshotter = 'overlayfs'

    [plugins.'io.containerd.cri.v1.images'.pinned_images]
      sandbox = 'registry.k8s.io/pause:3.10'

    [plugins.'io.containerd.cri.v1.images'.registry]
      config_path = '/etc/containerd/certs.d'

  [plugins.'io.containerd.cri.v1.runtime']
    [plugins.'io.containerd.cri.v1.runtime'.containerd]
      default_runtime_name = 'runc'

      [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
        runtime_type = 'io.containerd.runc.v2'

        [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
          SystemdCgroup = true

    [plugins.'io.containerd.cri.v1.runtime'.cni]
      bin_dirs = ['/opt/cni/bin']
      conf_dir = '/etc/cni/net.d'
"""
KEYRING = '/etc/apt/keyrings/kubernetes-apt-keyring.gpg'
SOURCES = {
    KEYRING: '', '/etc/apt/sources.list': '# Ubuntu sources have moved to /etc/apt/sources.list.d/ubuntu.sources\n',
    '/etc/apt/sources.list.d/kubernetes.list':
    f'deb [signed-by={KEYRING}] https://pkgs.k8s.io/core:/stable:/v1.36/deb/ /\n',
    '/etc/apt/sources.list.d/ubuntu.sources': """\
Types: deb
URIs: http://archive.ubuntu.com/ubuntu/
Suites: noble noble-updates
Components: main universe restricted multiverse
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg
"""}
"""Where apt gets packages."""
FSTAB = 'LABEL=cloudimg-rootfs\t/\t ext4\tdiscard,commit=30,errors=remount-ro\t0 1\n'
MIRROR = """\
server = "http://localhost:5000"

[host."http://registry.local:5000"]
  capabilities = ["pull", "resolve"]
"""
CRICTL_CONFIG = """\
runtime-endpoint: unix:///run/containerd/containerd.sock
image-endpoint: unix:///run/containerd/containerd.sock
timeout: 2
debug: false
pull-image-on-create: false
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one machine's disk depends on. `neighbours`: the name and address of every machine. `manifests`: the static
    pods of a control plane, none for a worker. `joined`: whether kubeadm has made it a node."""

    name: str
    address: str
    pod_cidr: str
    neighbours: tuple[tuple[str, str], ...]
    version: str
    keys: Keys
    control_plane: bool = False
    manifests: tuple[Object, ...] = ()
    joined: bool = True


FOREIGN = ('apk',)
"""Programs of other distributions."""


def base(programs: Iterable[str]) -> FileSystem:
    """What every machine has from its packages: a distribution with all tools, containerd, kubelet, kubeadm."""
    files = FileSystem(lambda: -86400.0)
    known = [name for name in programs if name not in FOREIGN]
    install(files, USERLANDS['full'], lambda name: name in known, known)
    for name in unit_files.DAEMONS:
        files.put(f'/usr/{"sbin" if name == "sshd" else "bin"}/{name}', ELF, 0o755, name)
    apparmor.furnish(files)
    kernel.furnish(files)
    for kind, number in HOST_NAMESPACES.items():
        files.make_dirs('/proc/self/ns')
        files.symlink(f'{kind}:[{number}]', f'/proc/self/ns/{kind}')
    files.put('/proc/self/uid_map', f'{0:10} {0:10} {4294967295:10}\n')
    for folder in FOLDERS:
        files.make_dirs(folder)
    for device in DEVICES:
        files.device(f'/dev/{device}', device)
    for path, text in unit_files.FILES.items():
        files.put(path, text)
    for unit in unit_files.ENABLED:
        link = f'/etc/systemd/system/multi-user.target.wants/{unit}'
        files.make_dirs(link.rpartition('/')[0])
        files.symlink(f'/usr/lib/systemd/system/{unit}', link)
    files.put('/etc/fstab', FSTAB)
    for path, text in SOURCES.items():
        files.put(path, text)
    files.put('/etc/containerd/config.toml', CONTAINERD_CONFIG)
    files.put('/etc/crictl.yaml', CRICTL_CONFIG)
    files.put('/etc/containerd/certs.d/localhost:5000/hosts.toml', MIRROR)
    for plugin in CNI_PLUGINS:
        files.put(f'/opt/cni/bin/{plugin}', ELF, 0o755)
    _users(files)
    return files


def _users(files: FileSystem) -> None:
    files.put('/etc/passwd', files.read_text('/etc/passwd') + f'{USER}:x:{UID}:{UID}::{HOME}:/bin/bash\n')
    files.put('/etc/group', files.read_text('/etc/group') + (
        f'sudo:x:{SUDO}:{USER}\ndocker:x:{DOCKER}:{USER}\n{USER}:x:{UID}:\n'))
    files.make_dirs(HOME)
    files.chown(HOME, UID, UID)
    files.chmod(HOME, 0o750)
    _user_keys(files)


def furnish(files: FileSystem, facts: Facts) -> None:
    """Put onto a disk what this machine alone has."""
    files.put('/etc/hostname', facts.name + '\n')
    files.put('/etc/hosts', partial(hosts, facts))
    files.put('/etc/resolv.conf', RESOLV_CONF)
    _host_keys(files, facts)
    files.put(PLUGIN_CONFIGURATION, CNI_CONF % facts.pod_cidr)
    kubernetes.furnish(files, facts.version)
    if facts.control_plane:
        files.symlink('/usr/lib/systemd/system/docker.service',
                      '/etc/systemd/system/multi-user.target.wants/docker.service')
    if facts.joined:
        kubeadm.write_node(files, facts.name, facts.keys)
        if facts.control_plane:
            administrators = CLUSTER_ADMINS if facts.manifests else MASTERS
            kubeadm.write_control_plane(files, facts.name, facts.address, facts.keys, administrators)
        for pod in facts.manifests:
            files.put(f'{kubeadm.MANIFESTS}/{pod["metadata"]["name"]}.yaml', to_yaml(pod), 0o600)


def write_plugin_configuration(files: FileSystem, pod_cidr: str) -> None:
    """Tell the network plug-in of another range, where somebody has not taken it away."""
    if files.exists(PLUGIN_CONFIGURATION):
        files.put(PLUGIN_CONFIGURATION, CNI_CONF % pod_cidr)


def _user_keys(files: FileSystem) -> None:
    """The keys by which users get from each machine to every other without a password: the same on all of them."""
    own, root = user_key(USER), user_key('root')
    for home, uid, key, admitted in ((HOME, UID, own, (own,)), ('/root', 0, root, (root, own))):
        files.put(f'{home}/.ssh/authorized_keys', ''.join(line + '\n' for line in admitted), 0o600)
        files.put(f'{home}/.ssh/id_ed25519.pub', key + '\n')
        files.put(f'{home}/.ssh/id_ed25519', _private(key), 0o600)
        files.chmod(f'{home}/.ssh', 0o700)
        for path in ('', '/authorized_keys', '/id_ed25519.pub', '/id_ed25519'):
            files.chown(f'{home}/.ssh{path}', uid, uid)


def _host_keys(files: FileSystem, facts: Facts) -> None:
    """The key by which this machine proves itself, and those by which users know all machines."""
    files.put('/etc/ssh/ssh_host_ed25519_key.pub', f'{host_key(facts.name)} root@{facts.name}\n')
    for home, uid in ((HOME, UID), ('/root', 0)):
        files.put(f'{home}/.ssh/known_hosts', partial(known_hosts, facts.neighbours), 0o600)
        files.chown(f'{home}/.ssh/known_hosts', uid, uid)


@lru_cache(maxsize=4)
def known_hosts(neighbours: tuple[tuple[str, str], ...]) -> bytes:
    return ''.join(f'{name},{address} {host_key(name)}\n' for name, address in neighbours).encode()


@lru_cache(maxsize=4)
def _host_lines(neighbours: tuple[tuple[str, str], ...]) -> str:
    return ''.join(f'{address} {name}\n' for name, address in neighbours)


def hosts(facts: Facts) -> bytes:
    """/etc/hosts, which names every machine."""
    return (HOSTS.format(name=facts.name) + _host_lines(facts.neighbours)).encode()


def host_key(name: str) -> str:
    return public_key(f'host {name}')


def user_key(name: str) -> str:
    return f'{public_key(f"user {name}")} {name}@controlplane'


def public_key(seed: str) -> str:
    """An Ed25519 public key in OpenSSH's form, made from a name."""
    blob = b'\0\0\0\x0bssh-ed25519\0\0\0\x20' + hashlib.sha256(seed.encode()).digest()
    return 'ssh-ed25519 ' + base64.b64encode(blob).decode()


def _private(public: str) -> str:
    body = base64.b64encode(hashlib.sha512(public.encode()).digest() * 4).decode()
    lines = '\n'.join(body[start:start + 70] for start in range(0, len(body), 70))
    return f'-----BEGIN OPENSSH PRIVATE KEY-----\n{lines}\n-----END OPENSSH PRIVATE KEY-----\n'
