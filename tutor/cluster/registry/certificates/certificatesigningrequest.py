"""CertificateSigningRequests."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.duration import human_duration
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import NONE, age, columns
from tutor.cluster.registry.certificates import conditions, parsing, signer_names
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_USAGES = frozenset({
    'signing', 'digital signature', 'content commitment', 'key encipherment', 'key agreement', 'data encipherment',
    'cert sign', 'crl sign', 'encipher only', 'decipher only', 'any', 'server auth', 'client auth', 'code signing',
    'email protection', 's/mime', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'timestamping', 'ocsp signing',
    'microsoft sgc', 'netscape sgc'})


class CertificateSigningRequestStrategy(Kind):
    columns = columns('Name, Age, SignerName, Requestor, RequestedDuration, Condition')
    selectable = ('spec.signerName',)
    name_rule = staticmethod(names.is_path_segment)

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {})

    def prepare_create(self, obj: Object, context: Context) -> None:
        """Who asks is who the connection says, whatever the object says."""
        spec = obj['spec']
        for name in ('username', 'uid', 'groups', 'extra'):
            spec.pop(name, None)
        spec['username'] = context.user.name
        if context.user.uid:
            spec['uid'] = context.user.uid
        spec['groups'] = list(context.user.groups)
        if context.user.extra:
            spec['extra'] = {name: list(values) for name, values in context.user.extra.items()}
        obj['status'] = {}

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        """Only through the approval subresource do conditions change."""
        given = new.get('status') or {}
        super().prepare_update(new, old, context)
        new['spec'] = old['spec']
        if context.subresource == 'approval':
            new['status'] = {name: value for name, value in (old.get('status') or {}).items() if name != 'conditions'}
            if given.get('conditions'):
                new['status']['conditions'] = conditions.with_times(given['conditions'], old, context)

    def prepare_status(self, new: Object, old: Object, context: Context) -> None:
        """Approvals and denials stay as they are, unless some are added or taken away."""
        super().prepare_status(new, old, context)
        if given := (new.get('status') or {}).get('conditions'):
            new['status']['conditions'] = conditions.with_times(conditions.kept(given, old), old, context)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateCertificateSigningRequest."""
        spec = obj['spec']
        found: list[FieldError] = []
        if problem := parsing.request_problem(spec.get('request', '')):
            found.append(field.invalid('spec.request', spec.get('request'), problem))
        usages = spec.get('usages') or []
        if not usages:
            found.append(field.required('spec.usages'))
        found += [field.not_supported(f'spec.usages[{index}]', usage, sorted(_USAGES))
                  for index, usage in enumerate(usages) if usage not in _USAGES]
        found += [field.duplicate(f'spec.usages[{index}]', usage)
                  for index, usage in enumerate(usages) if usage in usages[:index]]
        found += signer_names.validate(spec.get('signerName', ''), 'spec.signerName')
        seconds = spec.get('expirationSeconds')
        if seconds is not None and seconds < 600:
            found.append(field.invalid('spec.expirationSeconds', seconds,
                                       'may not specify a duration less than 600 seconds (10 minutes)'))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateCertificateSigningRequestApprovalUpdate, ValidateCertificateSigningRequestUpdate: nothing else than
        conditions can have changed."""
        return conditions.validate_update(new, old, approval=context.subresource == 'approval')

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateCertificateSigningRequestStatusUpdate."""
        found = conditions.validate_update(new, old, approval=False)
        certificate, before = ((item.get('status') or {}).get('certificate') or '' for item in (new, old))
        if certificate != before:
            if problem := parsing.certificate_problem(certificate):
                found.append(field.invalid('status.certificate', '<certificate data>', problem))
            if before:
                found.append(field.forbidden('status.certificate',
                                             'updates may not modify existing certificate content'))
        return found

    def fields(self, obj: Object) -> dict[str, str]:
        return {'spec.signerName': obj['spec'].get('signerName', '')}

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printCertificateSigningRequest."""
        spec = obj['spec']
        seconds = spec.get('expirationSeconds')
        return [obj['metadata']['name'], age(obj, simulation), spec.get('signerName') or NONE,
                spec.get('username', ''), NONE if seconds is None else human_duration(seconds), status_text(obj)]


def status_text(obj: Object) -> str:
    """extractCSRStatus."""
    status = obj.get('status') or {}
    kinds = {item.get('type') for item in status.get('conditions') or ()}
    if 'Denied' in kinds:
        text = 'Denied'
    elif 'Approved' in kinds:
        text = 'Approved'
    else:
        text = 'Pending'
    if 'Failed' in kinds:
        text += ',Failed'
    return f'{text},Issued' if status.get('certificate') else text
