"""Admission of certificate requests: who may approve and sign for a signer, and what nobody may ask for
(plugin/pkg/admission/certificates)."""

from __future__ import annotations

import base64

from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client.transport import MASTERS
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

GROUP = 'certificates.k8s.io'
CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'


class _Certificates(Plugin):
    resources = frozenset({(GROUP, 'certificatesigningrequests')})

    def refuse_unless(self, scope: Scope, verb: str, obj: Object) -> None:
        """IsAuthorizedForSignerName: the verb on the signer, or on its whole domain."""
        signer = obj['spec'].get('signerName', '')
        for name in (signer, f'{signer.partition("/")[0]}/*'):
            info = RequestInfo('', verb, True, group=GROUP, version='*', resource='signers', name=name)
            if self.server.authorizer.allowed(scope.user, info):
                return
        raise refused(scope, obj, f'user not permitted to {verb} requests with signerName "{signer}"')


class CertificateApproval(_Certificates):
    name = 'CertificateApproval'

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if scope.info.subresource == 'approval' and old is not None:
            self.refuse_unless(scope, 'approve', old)


class CertificateSigning(_Certificates):
    name = 'CertificateSigning'

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if scope.info.subresource != 'status' or old is None:
            return
        before, after = old.get('status') or {}, obj.get('status') or {}
        if before.get('certificate') != after.get('certificate') or _failed(before) != _failed(after):
            self.refuse_unless(scope, 'sign', old)


def _failed(status: Object) -> bool:
    return any(item.get('type') == 'Failed' for item in status.get('conditions') or ())


class CertificateSubjectRestriction(_Certificates):
    name = 'CertificateSubjectRestriction'

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if old is None and obj['spec'].get('signerName') == CLIENT_SIGNER and \
                MASTERS in _organizations(obj['spec'].get('request', '')):
            raise refused(scope, obj, f'use of {CLIENT_SIGNER} signer with {MASTERS} group is not allowed')


def _organizations(request: str) -> list[str]:
    from cryptography import x509
    from cryptography.x509.oid import NameOID
    try:
        subject = x509.load_pem_x509_csr(base64.b64decode(request)).subject
    except ValueError:
        return []
    return [str(item.value) for item in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
