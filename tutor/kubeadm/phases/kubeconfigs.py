"""[kubeconfig]: by which files the parts of a control plane find the API server and prove themselves
(phases/kubeconfig/kubeconfig.go)."""

from __future__ import annotations

from functools import partial

from tutor.apimachinery import decode
from tutor.cluster.machine import kubeadm_files
from tutor.cluster.machine.kubeadm_files import CLIENT_CERTIFICATES, PKI
from tutor.cluster.pki import encoded
from tutor.kubeadm.data import InitData
from tutor.kubeadm.errors import KubeadmError
from tutor.kubeadm.phases.certificates import check_authority
from tutor.kubeadm.workflow import Phase

KUBELET = 'kubelet.conf'
TITLES = {
    'admin.conf': 'admin to use and for kubeadm itself', 'super-admin.conf': 'super-admin',
    KUBELET: 'kubelet to use *only* for cluster bootstrapping purposes',
    'controller-manager.conf': 'controller manager to use', 'scheduler.conf': 'scheduler to use',
}
"""In the order of the phase."""
TO_THE_CLUSTER = ('admin.conf', 'super-admin.conf')
"""Those that name the control plane's endpoint; the others name the API server of their own machine."""


async def begin(data: InitData) -> None:
    data.environment.say('[kubeconfig] Using kubeconfig folder "/etc/kubernetes"')


async def write(file: str, data: InitData) -> None:
    """createKubeConfigFileIfNotExists. Raises KubeadmError."""
    environment, files = data.environment, data.environment.files
    server = data.server if file in TO_THE_CLUSTER else data.local_server
    path = f'/etc/kubernetes/{file}'
    for part, kind in (('crt', 'certificate'), ('key', 'private key')):
        if not files.exists(f'{PKI}/ca.{part}'):
            raise KubeadmError(f'couldn\'t create a kubeconfig; the CA files couldn\'t be loaded: couldn\'t load the '
                               f'{kind} file {PKI}/ca.{part}: open {PKI}/ca.{part}: no such file or directory')
    check_authority(environment, 'ca')
    if files.exists(path):
        _check(files.read_text(path), path, server, encoded(environment.keys.authority().certificate))
        environment.say(f'[kubeconfig] Using existing kubeconfig file: "{path}"')
        return
    environment.say(f'[kubeconfig] Writing "{file}" kubeconfig file')
    if file == KUBELET:
        kubeadm_files.write_kubelet_kubeconfig(files, data.name, environment.keys, server, data.cluster_name)
    else:
        kubeadm_files.write_kubeconfig(files, file, environment.keys, server, data.cluster_name)


def _check(text: str, path: str, server: str, authority: str) -> None:
    """validateKubeConfig."""
    cluster = ((decode.one(text) or {}).get('clusters') or [{}])[0].get('cluster') or {}
    if cluster.get('certificate-authority-data', '') != authority:
        raise KubeadmError(f'a kubeconfig file "{path}" exists already but has got the wrong CA cert')
    if cluster.get('server') != server:
        raise KubeadmError(f'a kubeconfig file "{path}" exists already but has an unexpected API Server URL: expected: '
                           f'{server}, got: {cluster.get("server", "")}')


def _phase(file: str, title: str) -> Phase[InitData]:
    return Phase(file.removesuffix('.conf'), f'Generate a kubeconfig file for the {title}', partial(write, file))


PHASE: Phase[InitData] = Phase(
    'kubeconfig', 'Generate all kubeconfig files necessary to establish the control plane and the admin kubeconfig '
    'file', begin, tuple(_phase(file, title) for file, title in TITLES.items()))
assert set(TITLES) == {*CLIENT_CERTIFICATES, KUBELET}
