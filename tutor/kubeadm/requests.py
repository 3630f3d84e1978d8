"""kubeadm certs generate-csr: keys and signing requests for an authority that is kept elsewhere
(CreateDefaultKeysAndCSRFiles, CreateDefaultKubeConfigsAndCSRFiles)."""

from __future__ import annotations

from tutor.cluster import pki
from tutor.cluster.machine.kubeadm_files import SERVER, Certificate, certificates
from tutor.cluster.pki import CLUSTER_ADMINS, MASTERS, KeyPair
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError, not_simulated
from tutor.shell.vfs import normalize

FOLDER = '/etc/kubernetes'
ORDER = ('apiserver', 'apiserver-kubelet-client', 'front-proxy-client', 'etcd/server', 'etcd/peer',
         'etcd/healthcheck-client', 'apiserver-etcd-client')
"""GetDefaultCertList, without the authorities."""
KUBECONFIG = """\
apiVersion: v1
clusters:
- cluster:
    server: {server}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: {user}
  name: {user}@kubernetes
current-context: {user}@kubernetes
kind: Config
users:
- name: {user}
  user:
    client-key-data: {key}
"""
USERS: dict[str, tuple[str, tuple[str, ...]]] = {
    'admin.conf': ('kubernetes-admin', (CLUSTER_ADMINS,)), 'super-admin.conf': ('kubernetes-super-admin', (MASTERS,)),
    'kubelet.conf': ('system:node:{}', ('system:nodes',)), 'controller-manager.conf':
    ('system:kube-controller-manager', ()), 'scheduler.conf': ('system:kube-scheduler', ())}
"""getKubeConfigSpecsBase: whose kubeconfig each is, and of which groups."""


async def run(environment: Environment, words: list[str]) -> None:
    """kubeadm certs generate-csr [--cert-dir DIR] [--kubeconfig-dir DIR]"""
    flags, cwd = environment.flags, environment.ctx.cwd
    if flags['config']:
        raise not_simulated('kubeadm certs generate-csr --config')
    folder, configs = (normalize(flags[name], cwd) for name in ('cert-dir', 'kubeconfig-dir'))
    known = {each.path: each for each in certificates(environment.hostname, environment.address)}
    environment.say(f'generating keys and CSRs in {folder}')
    for path in ORDER:
        _request(environment, f'{folder}/{path}', folder, known[path])
        environment.say(f'  {path}')
    environment.say(f'generating keys and CSRs in {configs}')
    for name in USERS:
        _kubeconfig(environment, f'{configs}/{name}', name)
        environment.say(f'  {name}')


def _request(environment: Environment, path: str, folder: str, wanted: Certificate) -> None:
    """createKeyAndCSR."""
    files = environment.files
    if any(files.exists(f'{path}.{kind}') for kind in ('key', 'csr')):
        raise KubeadmError(f'file already exists: key or CSR {folder}/{wanted.path}')
    pair = _made(environment, path, wanted.common_name, wanted.groups, wanted.names)
    files.make_dirs(path.rpartition('/')[0])
    files.put(f'{path}.key', pair.key, 0o600)
    files.put(f'{path}.csr', pair.certificate, 0o600)


def _kubeconfig(environment: Environment, path: str, name: str) -> None:
    """createKubeConfigAndCSR: a kubeconfig that still lacks its certificate."""
    files = environment.files
    if files.exists(path):
        raise KubeadmError(f'file already exists: kube config: {path}')
    if files.exists(f'{path}.csr'):
        raise KubeadmError(f'file already exists: csr: {path}')
    user, groups = USERS[name][0].format(environment.hostname), USERS[name][1]
    pair = _made(environment, path, user, groups, ())
    local = SERVER.replace('172.30.1.2', environment.address)
    files.make_dirs(path.rpartition('/')[0])
    files.put(path, KUBECONFIG.format(server=local, user=user, key=pki.encoded(pair.key)), 0o600)
    files.put(f'{path}.csr', pair.certificate, 0o600)


def _made(environment: Environment, path: str, common: str, groups: tuple[str, ...], names: tuple[str, ...]) -> KeyPair:
    """A key of its own for each call, and what asks for a certificate of it."""
    moment = environment.ctx.simulation.wall()
    return environment.keys.request(common, groups, names, key_of=f'{environment.hostname} {path} {moment}')
