"""[certs]: authorities, the certificates they sign, the keys of service accounts (phases/certs/certs.go)."""

from __future__ import annotations

from functools import partial

from tutor.cluster.machine import kubeadm_files
from tutor.cluster.machine.kubeadm_files import AUTHORITIES, PKI, Certificate
from tutor.cluster.pki import signed_by
from tutor.kubeadm.data import InitData
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError, not_simulated
from tutor.kubeadm.workflow import Phase

TITLES = {
    'ca': 'self-signed Kubernetes CA to provision identities for other Kubernetes components',
    'apiserver': 'certificate for serving the Kubernetes API',
    'apiserver-kubelet-client': 'certificate for the API server to connect to kubelet',
    'front-proxy-ca': 'self-signed CA to provision identities for front proxy',
    'front-proxy-client': 'certificate for the front proxy client',
    'etcd/ca': 'self-signed CA to provision identities for etcd',
    'etcd/server': 'certificate for serving etcd',
    'etcd/peer': 'certificate for etcd nodes to communicate with each other',
    'etcd/healthcheck-client': 'certificate for liveness probes to healthcheck etcd',
    'apiserver-etcd-client': 'certificate the apiserver uses to access etcd',
}
"""In the order of the phase, by path."""


async def begin(data: InitData) -> None:
    data.environment.say(f'[certs] Using certificateDir folder "{PKI}"')


def check_authority(environment: Environment, path: str) -> None:
    """Only the cluster's own authorities sign here: raises KubeadmError for one that somebody else has made."""
    found = environment.files.read_text(f'{PKI}/{path}.crt')
    if found.strip() != environment.keys.authority(AUTHORITIES[path]).certificate.strip():
        raise not_simulated(f'an authority of one\'s own in {PKI}/{path}.crt')


async def authority(path: str, data: InitData) -> None:
    """runCAPhase."""
    environment, files = data.environment, data.environment.files
    if files.exists(f'{PKI}/{path}.crt'):
        check_authority(environment, path)
        keyless = '' if files.exists(f'{PKI}/{path}.key') else 'keyless '
        environment.say(f'[certs] Using existing {path} {keyless}certificate authority')
        return
    environment.say(f'[certs] Generating "{path}" certificate and key')
    kubeadm_files.write_authority(files, path, environment.keys)


async def certificate(path: str, data: InitData) -> None:
    """runCertPhase. Raises KubeadmError."""
    environment, files = data.environment, data.environment.files
    wanted = certificates(data)[path]
    signer = f'{PKI}/{wanted.authority}'
    if files.exists(f'{PKI}/{path}.crt') and files.exists(f'{signer}.crt'):
        if not signed_by(files.read_text(f'{signer}.crt'), files.read_text(f'{PKI}/{path}.crt')):
            raise KubeadmError(f'[certs] certificate {path} not signed by CA certificate {wanted.authority}: x509: '
                               'certificate signed by unknown authority')
        environment.say(f'[certs] Using existing {path} certificate and key on disk')
        return
    for part in ('crt', 'key'):
        if not files.exists(f'{signer}.{part}'):
            kind = 'certificate' if part == 'crt' else 'key'
            raise KubeadmError(f'couldn\'t create certificate and key file {path}: couldn\'t load CA certificate '
                               f'{wanted.authority.replace("/", "-")}: couldn\'t load the {kind} file '
                               f'{signer}.{part}: open {signer}.{part}: no such file or directory')
    check_authority(environment, wanted.authority)
    environment.say(f'[certs] Generating "{path}" certificate and key')
    if wanted.names:
        environment.say(_signed_for(wanted))
    kubeadm_files.write_certificate(files, wanted, environment.keys)


def certificates(data: InitData) -> dict[str, Certificate]:
    """The certificates of this configuration, by path."""
    endpoint = data.cluster.get('controlPlaneEndpoint', '').partition(':')[0]
    also = (*((endpoint,) if endpoint else ()), *(data.cluster['apiServer'].get('certSANs') or ()))
    address = data.init['localAPIEndpoint']['advertiseAddress']
    return {each.path: each for each in kubeadm_files.certificates(data.name, address, also)}


def _signed_for(certificate: Certificate) -> str:
    names = list(dict.fromkeys(certificate.names))
    addresses = [name for name in names if name.replace('.', '').isdigit() or ':' in name]
    hosts = sorted(name for name in names if name not in addresses)
    return (f'[certs] {certificate.path} serving cert is signed for DNS names [{" ".join(hosts)}] and IPs '
            f'[{" ".join(addresses)}]')


async def service_accounts(data: InitData) -> None:
    """CreateServiceAccountKeyAndPublicKeyFiles."""
    environment = data.environment
    if environment.files.exists(f'{PKI}/sa.key'):
        environment.say('[certs] Using the existing "sa" key')
        return
    environment.say('[certs] Generating "sa" key and public key')
    kubeadm_files.write_service_account_keys(environment.files, environment.keys)


def _phase(path: str, title: str) -> Phase[InitData]:
    run = authority if path in AUTHORITIES else certificate
    return Phase(path.replace('/', '-'), f'Generate the {title}', partial(run, path))


PHASE: Phase[InitData] = Phase('certs', 'Certificate generation', begin, (
    *(_phase(path, title) for path, title in TITLES.items()),
    Phase('sa', 'Generate a private key for signing service account tokens along with its public key',
          service_accounts)))
