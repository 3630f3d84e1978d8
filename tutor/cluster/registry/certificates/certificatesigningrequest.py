"""CertificateSigningRequests."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.duration import human_duration
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import NONE, age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
_SIGNER = re.compile(rf'{_LABEL}(\.{_LABEL})+/[A-Za-z0-9][-A-Za-z0-9.:/]*').fullmatch
_USAGES = frozenset({
    'signing', 'digital signature', 'content commitment', 'key encipherment', 'key agreement', 'data encipherment',
    'cert sign', 'crl sign', 'encipher only', 'decipher only', 'any', 'server auth', 'client auth', 'code signing',
    'email protection', 's/mime', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'timestamping', 'ocsp signing',
    'microsoft sgc', 'netscape sgc'})


class CertificateSigningRequestStrategy(Kind):
    columns = columns('Name, Age, SignerName, Requestor, RequestedDuration, Condition')
    selectable = ('spec.signerName',)

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
        given = (new.get('status') or {}).get('conditions')
        super().prepare_update(new, old, context)
        new['spec'] = old['spec']
        if context.subresource == 'approval' and given is not None:
            now = context.simulation.timestamp()
            new['status'] = {**(old.get('status') or {}), 'conditions': [
                {'lastTransitionTime': now, 'lastUpdateTime': now, **condition} for condition in given]}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateCertificateSigningRequest."""
        spec = obj['spec']
        found: list[FieldError] = []
        if problem := _request_problem(spec.get('request', '')):
            found.append(field.invalid('spec.request', spec.get('request', ''), problem))
        usages = spec.get('usages') or []
        if not usages:
            found.append(field.required('spec.usages'))
        for index, usage in enumerate(usages):
            if usage not in _USAGES:
                found.append(field.not_supported(f'spec.usages[{index}]', usage, sorted(_USAGES)))
            if usage in usages[:index]:
                found.append(field.duplicate(f'spec.usages[{index}]', usage))
        signer = spec.get('signerName', '')
        if not signer:
            found.append(field.required('spec.signerName'))
        elif not _SIGNER(signer):
            found.append(field.invalid('spec.signerName', signer, "must be a fully qualified domain and path of the "
                                                                  "form 'example.com/signer-name'"))
        seconds = spec.get('expirationSeconds')
        if seconds is not None and seconds < 600:
            found.append(field.invalid('spec.expirationSeconds', seconds,
                                       'may not specify a duration less than 600 seconds (10 minutes)'))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return []

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


def _request_problem(request: str) -> str:
    """ParseCSR."""
    try:
        text = base64.b64decode(request, validate=True).decode('utf-8', 'replace')
    except (binascii.Error, ValueError):
        text = ''
    if '-----BEGIN CERTIFICATE REQUEST-----' not in text and '-----BEGIN NEW CERTIFICATE REQUEST-----' not in text:
        return 'PEM block type must be CERTIFICATE REQUEST'
    return ''
