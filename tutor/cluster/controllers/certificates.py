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
from tutor.cluster.simulation import Simulation

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateSigningRequest

RESOURCE = 'certificatesigningrequests.certificates.k8s.io'
CLIENT = 'kubernetes.io/kube-apiserver-client'
KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet'
SERVING = 'kubernetes.io/kubelet-serving'
LEGACY = 'kubernetes.io/legacy-unknown'
_USAGES = {
    CLIENT: ({'client auth'}, {'digital signature', 'key encipherment', 'client auth'}),
    KUBELET: ({'client auth'}, {'digital signature', 'key encipherment', 'client auth'}),
    SERVING: ({'server auth'}, {'digital signature', 'key encipherment', 'server auth'}),
}
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
        if csr is None or not self.ca_key or csr['spec']['signerName'] not in (*_USAGES, LEGACY):
            return
        status = csr.get('status', {})
        if condition(csr, 'Approved') is None or condition(csr, 'Denied') or condition(csr, 'Failed') or (
                status.get('certificate')):
            return
        problem = _usage_problem(csr)
        if problem:
            self._fail(csr, problem)
            return
        pem = self._sign(csr).encode()
        self.client.update_status(RESOURCE, {**csr, 'status': {**status, 'certificate':
                                                               base64.b64encode(pem).decode()}})

    def _fail(self, csr: Object, problem: str) -> None:
        now = self.simulation.timestamp()
        entry = {'type': 'Failed', 'status': 'True', 'reason': 'SignerValidationFailure', 'message': problem,
                 'lastUpdateTime': now, 'lastTransitionTime': now}
        status = csr.get('status', {})
        self.client.update_status(RESOURCE, {
            **csr, 'status': {**status, 'conditions': [*(status.get('conditions') or ()), entry]}})

    def _sign(self, csr: Object) -> str:
        """The certificate, as PEM text."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
        request = x509.load_pem_x509_csr(base64.b64decode(csr['spec']['request']))
        authority = x509.load_pem_x509_certificate(self.ca.encode())
        key = load_pem_private_key(self.ca_key.encode(), None)
        built = self._builder(request, authority, csr)
        return built.sign(key, None).public_bytes(Encoding.PEM).decode()  # type: ignore[arg-type]

    def _builder(self, request: CertificateSigningRequest, authority: Certificate, csr: Object):
        from cryptography import x509
        now = self.simulation.wall().replace(microsecond=0)
        seconds = min(csr['spec'].get('expirationSeconds') or YEAR, YEAR)
        built = x509.CertificateBuilder(
            subject_name=request.subject, issuer_name=authority.subject, public_key=request.public_key(),
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


def _usage_problem(csr: Object) -> str:
    """ValidateUsages of the signers."""
    known = _USAGES.get(csr['spec']['signerName'])
    if known is None:
        return ''
    required, allowed = known
    usages = set(csr['spec'].get('usages') or ())
    if not required <= usages or not usages <= allowed:
        return f'usages did not match {sorted(allowed)}'
    return ''
