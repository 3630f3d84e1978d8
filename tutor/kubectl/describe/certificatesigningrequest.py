"""kubectl describe certificatesigningrequest."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from tutor.apimachinery.duration import human_duration
from tutor.apimachinery.objects import Object
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, format_labels
from tutor.kubectl.pkcs10 import CertificateRequest, RequestError, parse_request

_SUBJECT = ('Organization', 'Organizational Unit', 'Country', 'Locality', 'Province', 'StreetAddress', 'PostalCode')


class DescribeError(Exception):
    """What cannot be described; the text is kubectl's."""


def describe(csr: Object, related: Related, now: float) -> str:
    spec, status = csr.get('spec') or {}, csr.get('status') or {}
    events = related.events(csr)
    try:
        request = parse_request(base64.b64decode(spec.get('request', '')))
    except RequestError as error:
        raise DescribeError(f'Error parsing CSR: {error}') from error
    w = PrefixWriter(now)
    w.field('Name', csr['metadata']['name'])
    w.field('Labels', format_labels(csr['metadata'].get('labels')))
    w.field('Annotations', format_labels(csr['metadata'].get('annotations')))
    w.created(csr)
    w.field('Requesting User', spec.get('username', ''))
    if spec.get('signerName'):
        w.field('Signer', spec['signerName'])
    if spec.get('expirationSeconds') is not None:
        w.field('Requested Duration', human_duration(spec['expirationSeconds']))
    w.field('Status', status_text(status))
    _subject(request, w)
    describe_events(events, w)
    return w.text()


def status_text(status: Mapping[str, Any]) -> str:
    """extractCSRStatus."""
    kinds = {entry.get('type') for entry in status.get('conditions') or ()}
    text = 'Denied' if 'Denied' in kinds else 'Approved' if 'Approved' in kinds else 'Pending'
    return text + (',Failed' if 'Failed' in kinds else '') + (',Issued' if status.get('certificate') else '')


def _subject(request: CertificateRequest, w: PrefixWriter) -> None:
    w.write(0, 'Subject:\n')
    w.write(0, f'\tCommon Name:\t{request.last("Common Name")}\n')
    w.write(0, f'\tSerial Number:\t{request.last("Serial Number")}\n')
    for name in _SUBJECT:
        _list(name, request.subject.get(name, ()), w)
    if any(request.alternatives.values()):
        w.write(0, 'Subject Alternative Names:\n')
        for name in ('DNS Names', 'Email Addresses', 'URIs', 'IP Addresses'):
            _list(name, request.alternatives.get(name, ()), w)


def _list(name: str, values: Sequence[str], w: PrefixWriter) -> None:
    if values:
        w.write(0, f'\t{name}:\t' + '\n\t\t'.join(values) + '\n')
