"""kubeadm certs and kubeconfig: when certificates end, new ones, and credentials for more users."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

from tutor.apimachinery import decode
from tutor.apimachinery.duration import short_human_duration
from tutor.apimachinery.objects import Object
from tutor.cluster.machine import kubeadm_files
from tutor.cluster.machine.kubeadm_files import AUTHORITIES, CLIENT_CERTIFICATES, PKI, Certificate, write_pair
from tutor.kubeadm import output
from tutor.kubeadm.command import Run
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError, not_simulated
from tutor.kubeadm.join import READING
from tutor.kubeadm.phases.certificates import check_authority
from tutor.kubeadm.phases.uploading import new_key
from tutor.kubeadm.preflight import require_root

TITLES = {
    'admin.conf': 'certificate embedded in the kubeconfig file for the admin to use and for kubeadm itself',
    'apiserver': 'certificate for serving the Kubernetes API',
    'apiserver-etcd-client': 'certificate the apiserver uses to access etcd',
    'apiserver-kubelet-client': 'certificate for the API server to connect to kubelet',
    'controller-manager.conf': 'certificate embedded in the kubeconfig file for the controller manager to use',
    'etcd-healthcheck-client': 'certificate for liveness probes to healthcheck etcd',
    'etcd-peer': 'certificate for etcd nodes to communicate with each other',
    'etcd-server': 'certificate for serving etcd',
    'front-proxy-client': 'certificate for the front proxy client',
    'scheduler.conf': 'certificate embedded in the kubeconfig file for the scheduler manager to use',
    'super-admin.conf': 'certificate embedded in the kubeconfig file for the super-admin',
}
"""What can be renewed, in kubeadm's order."""
RENEWED = ('Done renewing certificates. You must restart the kube-apiserver, kube-controller-manager, kube-scheduler '
           'and etcd, so that they can use the new certificates.')


def _require(environment: Environment) -> None:
    """What every command about certificates needs. Raises KubeadmError."""
    flags = environment.flags
    for name, usual in (('cert-dir', PKI), ('config', '')):
        if flags.get(name, usual) != usual:
            raise not_simulated(f'kubeadm certs --{name}')
    require_root(environment)


async def certificate_key(environment: Environment, words: list[str]) -> None:
    """kubeadm certs certificate-key"""
    environment.say(new_key(environment.ctx.simulation))


def _reading(environment: Environment, phase: str) -> None:
    """Read the configuration in the cluster, if there is one to ask."""
    try:
        environment.admin().get('configmaps', 'kubeadm-config', 'kube-system')
        environment.say(*(line.format(phase) for line in READING), '')
    except (KubeadmError, OSError):
        environment.say(READING[0].format(phase), f'[{phase}] Error reading configuration from the Cluster. Falling '
                        'back to default configuration', '')


def certificates(environment: Environment) -> dict[str, Certificate]:
    """The certificates in files, by the name that `renew` takes."""
    return {each.path.replace('/', '-'): each for each in kubeadm_files.certificates(
        environment.machine.host.hostname, environment.address)}


async def check_expiration(environment: Environment, words: list[str]) -> None:
    """kubeadm certs check-expiration"""
    form = output.wanted(environment, 'kubeadm certs check-expiration')
    _require(environment)
    if form == output.TEXT:
        _reading(environment, 'check-expiration')
    leaves = [_leaf(environment, name) for name in TITLES]
    authorities = [_signer(environment, path) for path in AUTHORITIES]
    if form != output.TEXT:
        output.show(environment, form, 'CertificateExpirationInfo',
                    {'certificates': leaves, 'certificateAuthorities': authorities})
        return
    _table(environment, [('CERTIFICATE', 'EXPIRES', 'RESIDUAL TIME', 'CERTIFICATE AUTHORITY', 'EXTERNALLY MANAGED'),
                         *((*_cells(each), each.get('caName', ''), _managed(each)) for each in leaves)])
    environment.say('')
    _table(environment, [('CERTIFICATE AUTHORITY', 'EXPIRES', 'RESIDUAL TIME', 'EXTERNALLY MANAGED'),
                         *((*_cells(each), _managed(each)) for each in authorities)])


def _leaf(environment: Environment, name: str) -> Object:
    """A certificate as fetchCertificateExpirationInfo tells of it."""
    certificate = certificates(environment).get(name)
    path = f'{PKI}/{certificate.path}.crt' if certificate else f'/etc/kubernetes/{name}'
    authority = certificate.authority.replace('/', '-') if certificate else 'ca'
    return _info(environment, name, path, not _signs(environment, certificate), authority)


def _signer(environment: Environment, path: str) -> Object:
    external = not environment.files.exists(f'{PKI}/{path}.key')
    return _info(environment, path.replace('/', '-'), f'{PKI}/{path}.crt', external)


def _info(environment: Environment, name: str, path: str, external: bool, authority: str = '') -> Object:
    if not environment.files.exists(path):
        return {'name': name, 'expirationDate': None, 'residualTime': 0, 'externallyManaged': False, 'missing': True}
    until = expiry(environment.files.read_text(path))
    rest = int((until - environment.ctx.simulation.wall()).total_seconds())
    signer = {'caName': authority} if authority else {}
    return {'name': name, 'expirationDate': until.strftime('%Y-%m-%dT%H:%M:%SZ'), 'residualTime': rest,
            'externallyManaged': external, **signer, 'missing': False}


def _cells(info: Object) -> tuple[str, str, str]:
    if info['missing']:
        return f'!MISSING! {info["name"]}', '', ''
    until = datetime.strptime(info['expirationDate'], '%Y-%m-%dT%H:%M:%SZ')
    return info['name'], until.strftime('%b %d, %Y %H:%M UTC'), short_human_duration(info['residualTime'])


def _managed(info: Object) -> str:
    return '' if info['missing'] else ('yes' if info['externallyManaged'] else 'no').ljust(8)


def _table(environment: Environment, rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[place]) for row in rows) + 3 for place in range(len(rows[0]) - 1)]
    for row in rows:
        environment.say(''.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + row[-1])


def expiry(text: str) -> datetime:
    """When a certificate ends: PEM text, or a kubeconfig with one inside."""
    from cryptography import x509
    if 'client-certificate-data' in text:
        user = (decode.one(text) or {})['users'][0]['user']
        text = base64.b64decode(user['client-certificate-data']).decode()
    return x509.load_pem_x509_certificate(text.encode()).not_valid_after_utc


def _signs(environment: Environment, certificate: Certificate | None) -> bool:
    """Whether the key of the authority is here (IsExternallyManaged)."""
    authority = certificate.authority if certificate else 'ca'
    return all(environment.files.exists(f'{PKI}/{authority}.{part}') for part in ('crt', 'key'))


def renewal(name: str) -> Run:
    """kubeadm certs renew NAME, or all of them."""
    async def run(environment: Environment, words: list[str]) -> None:
        _require(environment)
        _reading(environment, 'renew')
        for each in TITLES if name == 'all' else (name,):
            environment.say(f'{TITLES[each]} renewed' if renew(environment, each) else
                            f'Detected external {_authority(environment, each)}, {TITLES[each]} can\'t be renewed')
        if name == 'all':
            environment.say('', RENEWED)
    return run


def _authority(environment: Environment, name: str) -> str:
    certificate = certificates(environment).get(name)
    return certificate.authority.replace('/', '-') if certificate else 'ca'


def renew(environment: Environment, name: str) -> bool:
    """A new certificate from now on, in the place of the old one; whether the authority's key was here to sign it.
    Raises KubeadmError (RenewUsingLocalCA)."""
    certificate = certificates(environment).get(name)
    if not _signs(environment, certificate):
        return False
    check_authority(environment, certificate.authority if certificate else 'ca')
    path = f'{PKI}/{certificate.path}.crt' if certificate else f'/etc/kubernetes/{name}'
    if not environment.files.exists(path):
        raise KubeadmError(f'failed to renew certificate {name}: unable to get current certificate: open {path}: no '
                           'such file or directory')
    since = environment.ctx.simulation.wall().astimezone(UTC).replace(microsecond=0)
    files, keys = environment.files, environment.keys
    if certificate is None:
        user, common, groups = CLIENT_CERTIFICATES[name]
        cluster = (decode.one(files.read_text(path)) or {})['clusters'][0]
        files.put(path, lambda: kubeadm_files.kubeconfig(
            keys, user, kubeadm_files.embedded(keys.issue(common, groups, key_of=f'{common} {since}', since=since)),
            cluster['cluster']['server'], cluster['name']).encode(), 0o600)
        return True
    write_pair(files, certificate.path, lambda: keys.issue(
        certificate.common_name, certificate.groups, AUTHORITIES[certificate.authority], certificate.names,
        certificate.purposes, key_of=f'{certificate.path} {since}', since=since))
    return True


async def kubeconfig(environment: Environment, words: list[str]) -> None:
    """kubeadm kubeconfig user --client-name NAME [--org ORG,…] [--token TOKEN]"""
    flags = environment.flags
    name = flags['client-name']
    if not name:
        raise KubeadmError('required flag(s) "client-name" not set')
    for option in ('config', 'validity-period'):
        if flags.changed(option):
            raise not_simulated(f'kubeadm kubeconfig user --{option}')
    require_root(environment)
    check_authority(environment, 'ca')
    if flags['token']:
        credentials = f'    token: {flags["token"]}\n'
    else:
        since = environment.ctx.simulation.wall().astimezone(UTC).replace(microsecond=0) - timedelta(minutes=5)
        credentials = kubeadm_files.embedded(environment.keys.issue(name, tuple(flags['org']), since=since))
    text = kubeadm_files.kubeconfig(environment.keys, name, credentials)
    environment.io.stdout.write(re.sub(r'\n+$', '\n', text))
