"""CertificateSigningRequests: approved for kubelets, signed, cleaned up (pkg/controller/certificates)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object, condition, key
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.csr_signers import KUBELET, SIGNERS, problem
from tutor.cluster.controllers.settings import Settings
from tutor.cluster.simulation import Simulation
from tutor.shell.privatekeys import signing

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateBuilder, CertificateSigningRequest, ExtensionType, Name

RESOURCE = 'certificatesigningrequests.certificates.k8s.io'
_SELF = 'Auto approving self kubelet client certificate after SubjectAccessReview.'
_ANY = 'Auto approving kubelet client certificate after SubjectAccessReview.'
HOUR = 3600
DAY = 24 * HOUR
LEAST = 600
SHORT = 8 * HOUR
BACKDATE = 300


class _Requests(Controller):
    """Looks at each request."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.requests = self.informer(RESOURCE)
        self.requests.on_change(lambda old, new: self.queue.add(key(new)) if new is not None else None)

    def told(self, csr: Object, kind: str, reason: str, message: str) -> Object:
        """A request with another condition."""
        now, status = self.simulation.timestamp(), csr.get('status', {})
        entry = {'type': kind, 'status': 'True', 'reason': reason, 'message': message, 'lastUpdateTime': now,
                 'lastTransitionTime': now}
        return {**csr, 'status': {**status, 'conditions': [*(status.get('conditions') or ()), entry]}}


class CSRApprovingController(_Requests):
    """Approves the client certificates of kubelets."""

    component = 'csrapproving'

    def reconcile(self, key: str) -> None:
        """sarApprover.handle."""
        csr = self.requests.objects.get(key)
        if csr is None or _decided(csr) or csr['spec']['signerName'] != KUBELET:
            return
        request = _parsed(csr)
        if problem(KUBELET, request, csr['spec'].get('usages') or []):
            return
        own = _common_name(request) == csr['spec'].get('username')
        for subresource, message in ((('selfnodeclient', _SELF),) if own else ()) + (('nodeclient', _ANY),):
            if self._allowed(csr, subresource):
                self._approve(csr, message)
                return

    def _allowed(self, csr: Object, subresource: str) -> bool:
        """authorize: whether who asked may have such a certificate."""
        spec = csr['spec']
        review = {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SubjectAccessReview', 'spec': {
            'user': spec.get('username', ''), 'groups': list(spec.get('groups') or ()), 'resourceAttributes': {
                'group': 'certificates.k8s.io', 'resource': 'certificatesigningrequests', 'verb': 'create',
                'version': '*', 'subresource': subresource}}}
        answer = self.client.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review).body
        return bool(answer.get('status', {}).get('allowed'))

    def _approve(self, csr: Object, message: str) -> None:
        self.client.update(RESOURCE, self.told(csr, 'Approved', 'AutoApproved', message), 'approval')


class CSRSigningController(_Requests):
    """Signs approved requests with the cluster's CA."""

    component = 'csrsigning'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, settings: Settings) -> None:
        super().__init__(simulation, client, informers)
        self.ca = settings.root_ca
        self.ca_key = settings.ca_key
        self._longest = int(settings.signing_duration)

    def reconcile(self, key: str) -> None:
        """signer.handle."""
        csr = self.requests.objects.get(key)
        if csr is None or not self.ca_key or csr['spec']['signerName'] not in SIGNERS:
            return
        status = csr.get('status', {})
        if condition(csr, 'Approved') is None or condition(csr, 'Denied') or condition(csr, 'Failed') or (
                status.get('certificate')):
            return
        request = _parsed(csr)
        refused = problem(csr['spec']['signerName'], request, csr['spec'].get('usages') or [])
        if refused:
            self._fail(csr, refused)
            return
        pem = self._sign(csr, request).encode()
        self.client.update_status(RESOURCE, {**csr, 'status': {**status, 'certificate':
                                                               base64.b64encode(pem).decode()}})

    def _fail(self, csr: Object, problem: str) -> None:
        self.client.update_status(RESOURCE, self.told(csr, 'Failed', 'SignerValidationFailure', problem))

    def _sign(self, csr: Object, request: CertificateSigningRequest) -> str:
        """The certificate, as PEM text."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
        authority = x509.load_pem_x509_certificate(self.ca.encode())
        key = load_pem_private_key(self.ca_key.encode(), None)
        built = self._builder(request, authority, csr)
        algorithm, options = signing(key)
        return built.sign(key, algorithm, **options).public_bytes(Encoding.PEM).decode()  # type: ignore[arg-type]

    def _builder(self, request: CertificateSigningRequest, authority: Certificate, csr: Object) -> CertificateBuilder:
        """PermissiveSigningPolicy.apply, and the extensions in the order of Go's x509."""
        from cryptography import x509
        now = self.simulation.wall().replace(microsecond=0)
        seconds = min(max(csr['spec'].get('expirationSeconds') or self._longest, LEAST), self._longest)
        ends = now + timedelta(seconds=seconds - (BACKDATE if seconds >= SHORT else 0))
        built = x509.CertificateBuilder(
            subject_name=_as_go_orders(request.subject), issuer_name=authority.subject, public_key=request.public_key(),
            serial_number=self.simulation.random.getrandbits(127) | 1,
            not_valid_before=now - timedelta(seconds=BACKDATE),
            not_valid_after=min(ends, authority.not_valid_after_utc))
        for extension, critical in usage_extensions(csr['spec'].get('usages') or ()):
            built = built.add_extension(extension, critical)
        built = built.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        for extension in authority.extensions:
            if isinstance(extension.value, x509.SubjectKeyIdentifier):
                built = built.add_extension(x509.AuthorityKeyIdentifier(extension.value.digest, None, None), False)
        for extension in request.extensions:
            if isinstance(extension.value, x509.SubjectAlternativeName):
                built = built.add_extension(extension.value, critical=False)
        return built


def usage_extensions(usages: Sequence[str]) -> list[tuple[ExtensionType, bool]]:
    """KeyUsagesFromStrings: what the usages of a request are in a certificate, and whether that is critical."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID
    purposes = {'client auth': ExtendedKeyUsageOID.CLIENT_AUTH, 'server auth': ExtendedKeyUsageOID.SERVER_AUTH,
                'code signing': ExtendedKeyUsageOID.CODE_SIGNING,
                'email protection': ExtendedKeyUsageOID.EMAIL_PROTECTION,
                'timestamping': ExtendedKeyUsageOID.TIME_STAMPING, 'ocsp signing': ExtendedKeyUsageOID.OCSP_SIGNING}
    found: list[tuple[ExtensionType, bool]] = []
    signs, encrypts = 'digital signature' in usages or 'signing' in usages, 'key encipherment' in usages
    if signs or encrypts:
        found.append((x509.KeyUsage(signs, False, encrypts, False, False, False, False, False, False), True))
    extended = [purposes[usage] for usage in usages if usage in purposes]
    if extended:
        found.append((x509.ExtendedKeyUsage(extended), False))
    return found


class CSRCleanerController(_Requests):
    """Deletes requests that nobody needs any more: old ones, by how they ended."""

    component = 'csrcleaner'

    def reconcile(self, key: str) -> None:
        csr = self.requests.objects.get(key)
        expires = _expires_at(csr) if csr is not None else None
        if csr is None or expires is None:
            return
        left = expires - self.seconds()
        if left > 0:
            self.postpone(key, left)
            return
        self.client.remove(RESOURCE, csr)


def _expires_at(csr: Object) -> float | None:
    """isIssuedPastDeadline and its like: a day after it was made while nobody decides, else an hour after its end;
    never while it is approved but not issued."""
    status = csr.get('status', {})
    if not status.get('conditions'):
        return parse_timestamp(csr['metadata']['creationTimestamp']) + DAY
    found = [parse_timestamp(entry.get('lastUpdateTime') or csr['metadata']['creationTimestamp']) + HOUR
             for entry in status['conditions'] if entry['type'] != 'Approved' or status.get('certificate')]
    return min(found, default=None)


def _parsed(csr: Object) -> CertificateSigningRequest:
    from cryptography import x509
    return x509.load_pem_x509_csr(base64.b64decode(csr['spec']['request']))


def _common_name(request: CertificateSigningRequest) -> str:
    from cryptography.x509.oid import NameOID
    return ''.join(str(entry.value) for entry in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[:1])


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
