"""CertificateSigningRequests: approved for kubelets, signed, cleaned up (pkg/controller/certificates)."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, condition, key
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.csr_signers import KUBELET, SIGNERS, problem
from tutor.cluster.simulation import Simulation

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateSigningRequest, Name

RESOURCE = 'certificatesigningrequests.certificates.k8s.io'
YEAR = 365 * 24 * 3600
BACKDATE = 300


class _Requests(Controller):
    """Looks at each request."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.requests = self.informer(RESOURCE)
        self.requests.on_change(lambda old, new: self.queue.add(key(new)) if new is not None else None)


class CSRApprovingController(_Requests):
    """Approves the client certificates of kubelets."""

    component = 'csrapproving'

    def reconcile(self, key: str) -> None:
        csr = self.requests.objects.get(key)
        if csr is None or _decided(csr) or csr['spec']['signerName'] != KUBELET:
            return
        user, groups = csr['spec'].get('username', ''), csr['spec'].get('groups') or ()
        if 'system:nodes' in groups and user.startswith('system:node:'):
            message = 'Auto approving self kubelet client certificate after SubjectAccessReview.'
        elif 'system:bootstrappers' in groups:
            message = 'Auto approving kubelet client certificate after SubjectAccessReview.'
        else:
            return
        now = self.simulation.timestamp()
        entry = {'type': 'Approved', 'status': 'True', 'reason': 'AutoApproved', 'message': message,
                 'lastUpdateTime': now, 'lastTransitionTime': now}
        status = {**csr.get('status', {}), 'conditions': [*(csr.get('status', {}).get('conditions') or ()), entry]}
        self.client.update(RESOURCE, {**csr, 'status': status}, 'approval')


class CSRSigningController(_Requests):
    """Signs approved requests with the cluster's CA."""

    component = 'csrsigning'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, ca: str = '',
                 ca_key: str = '') -> None:
        super().__init__(simulation, client, informers)
        self.ca = ca
        self.ca_key = ca_key

    def reconcile(self, key: str) -> None:
        """signer.handle."""
        csr = self.requests.objects.get(key)
        if csr is None or not self.ca_key or csr['spec']['signerName'] not in SIGNERS:
            return
        status = csr.get('status', {})
        if condition(csr, 'Approved') is None or condition(csr, 'Denied') or condition(csr, 'Failed') or (
                status.get('certificate')):
            return
        from cryptography import x509
        request = x509.load_pem_x509_csr(base64.b64decode(csr['spec']['request']))
        refused = problem(csr['spec']['signerName'], request, csr['spec'].get('usages') or [])
        if refused:
            self._fail(csr, refused)
            return
        pem = self._sign(csr, request).encode()
        self.client.update_status(RESOURCE, {**csr, 'status': {**status, 'certificate':
                                                               base64.b64encode(pem).decode()}})

    def _fail(self, csr: Object, problem: str) -> None:
        now = self.simulation.timestamp()
        entry = {'type': 'Failed', 'status': 'True', 'reason': 'SignerValidationFailure', 'message': problem,
                 'lastUpdateTime': now, 'lastTransitionTime': now}
        status = csr.get('status', {})
        self.client.update_status(RESOURCE, {
            **csr, 'status': {**status, 'conditions': [*(status.get('conditions') or ()), entry]}})

    def _sign(self, csr: Object, request: CertificateSigningRequest) -> str:
        """The certificate, as PEM text."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
        authority = x509.load_pem_x509_certificate(self.ca.encode())
        key = load_pem_private_key(self.ca_key.encode(), None)
        built = self._builder(request, authority, csr)
        return built.sign(key, None).public_bytes(Encoding.PEM).decode()  # type: ignore[arg-type]

    def _builder(self, request: CertificateSigningRequest, authority: Certificate, csr: Object):
        from cryptography import x509
        now = self.simulation.wall().replace(microsecond=0)
        seconds = min(csr['spec'].get('expirationSeconds') or YEAR, YEAR)
        built = x509.CertificateBuilder(
            subject_name=_as_go_orders(request.subject), issuer_name=authority.subject, public_key=request.public_key(),
            serial_number=self.simulation.random.getrandbits(127) | 1,
            not_valid_before=now - timedelta(seconds=BACKDATE), not_valid_after=now + timedelta(seconds=seconds))
        for extension in request.extensions:
            if isinstance(extension.value, x509.SubjectAlternativeName):
                built = built.add_extension(extension.value, critical=False)
        return built.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)


class CSRCleanerController(_Requests):
    """Deletes requests that nobody needs any more: old ones, by how they ended."""

    component = 'csrcleaner'
    AGES = {'Pending': 24 * 3600, 'Denied': 3600, 'Approved': 3600, 'Failed': 3600}

    def reconcile(self, key: str) -> None:
        csr = self.requests.objects.get(key)
        if csr is None:
            return
        expires = parse_timestamp(csr['metadata']['creationTimestamp']) + self.AGES['Pending']
        for entry in csr.get('status', {}).get('conditions') or ():
            since = parse_timestamp(entry.get('lastUpdateTime') or csr['metadata']['creationTimestamp'])
            expires = since + self.AGES.get(entry['type'], 3600)
        left = expires - self.seconds()
        if left > 0:
            self.postpone(key, left)
            return
        try:
            self.client.delete(RESOURCE, key)
        except StatusError as error:
            if error.code != 404:
                raise


def _decided(csr: Object) -> bool:
    return any(entry['type'] in ('Approved', 'Denied') for entry in csr.get('status', {}).get('conditions') or ())


def _as_go_orders(subject: Name) -> Name:
    """pkix.Name.ToRDNSequence: the parts of a subject in the order in which Go writes them."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID
    order = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.LOCALITY_NAME,
             NameOID.STATE_OR_PROVINCE_NAME, NameOID.STREET_ADDRESS, NameOID.POSTAL_CODE, NameOID.COMMON_NAME,
             NameOID.SERIAL_NUMBER)
    groups = [subject.get_attributes_for_oid(kind) for kind in order]
    return x509.Name([x509.RelativeDistinguishedName(group) for group in groups if group])
