"""CertificateSigningRequests, from upstream's certificates/validation_test.go."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import deep_copy

CSR = ('apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {{name: r}}\n'
       'spec: {{request: {request}, signerName: {signer}, usages: {usages}}}')
SIGNER = 'example.com/fancy'
LABEL = ("must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric "
         'character')


@cache
def der() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'jane')])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(
        ec.derive_private_key(7, ec.SECP256R1()), hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def pem(body: bytes, kind: str = 'CERTIFICATE REQUEST') -> str:
    text = base64.encodebytes(body).decode()
    return base64.b64encode(f'-----BEGIN {kind}-----\n{text}-----END {kind}-----\n'.encode()).decode()


def of_create(kinds, request='', signer=SIGNER, usages='[client auth]'):
    with pytest.raises(StatusError) as caught:
        kinds.create(CSR.format(request=request or pem(der()), signer=signer, usages=usages))
    return [f'{cause["field"]}: {cause["message"]}' for cause in caught.value.status['details']['causes']]


@pytest.mark.parametrize(('request_', 'problem'), [
    (pem(der(), 'CERTIFICATE'), 'PEM block type must be CERTIFICATE REQUEST'),
    (pem(der(), 'NEW CERTIFICATE REQUEST'), 'PEM block type must be CERTIFICATE REQUEST'),
    (base64.b64encode(b'nothing').decode(), 'PEM block type must be CERTIFICATE REQUEST'),
    (pem(der()[:-9]), 'asn1: syntax error: data truncated'),
    (pem(der() + b'0'), 'asn1: syntax error: trailing data'),
    (pem(b'hello, world'), "asn1: structure error: tags don't match (16 vs {class:1 tag:8 length:101 isCompound:true}) "
                           '{optional:false explicit:false application:false private:false defaultValue:<nil> '
                           'tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false} certificateRequest @2'),
    (pem(der().replace(b'jane', b'john')), 'x509: ECDSA verification failure'),
])
def test_a_request_is_read_and_its_signature_checked(kinds, request_, problem):
    assert of_create(kinds, request_) == [f'spec.request: Invalid value: "{request_}": {problem}']


def test_a_request_must_be_there(kinds):
    with pytest.raises(StatusError) as caught:
        kinds.create(CSR.replace('request: {request}, ', '').format(signer=SIGNER, usages='[client auth]'))
    assert caught.value.status['details']['causes'][0]['message'] == (
        'Invalid value: null: PEM block type must be CERTIFICATE REQUEST')


@pytest.mark.parametrize(('signer', 'problems'), [
    ('""', ['Required value']),
    ('fancy', ['Invalid value: "fancy": must be a fully qualified domain and path of the form '
               "'example.com/signer-name'"]),
    ('example.com/a/b', ['Invalid value: "example.com/a/b": must be a fully qualified domain and path of the form '
                         "'example.com/signer-name'"]),
    ('example/fancy', ['Invalid value: "example": should be a domain with at least two segments separated by dots']),
    ('kubernetes.io/legacy-unknown', ['Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not '
                                      'allowed via this API version']),
    ('Example.com/fancy', [f'Invalid value: "Example.com": validating label "Example": a lowercase RFC 1123 label '
                           f"{LABEL} (e.g. 'my-name',  or '123-abc', regex used for validation is "
                           "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"]),
])
def test_a_signer_is_named_by_a_domain_and_a_path(kinds, signer, problems):
    assert of_create(kinds, signer=signer) == [f'spec.signerName: {problem}' for problem in problems]


def test_usages_are_known_and_named_once(kinds):
    unknown, twice = of_create(kinds, usages='[client auth, other, client auth]')
    assert unknown.startswith('spec.usages[1]: Unsupported value: "other": supported values: "any", "cert sign", ')
    assert twice == 'spec.usages[2]: Duplicate value: "client auth"'


@pytest.fixture
def made(kinds):
    return kinds.create(CSR.format(request=pem(der()), signer=SIGNER, usages='[client auth]'))


def condition(kind, status='True', **more):
    return {'type': kind, 'status': status, **more}


def change(kinds, old, conditions, subresource, certificate=None) -> Any:
    """An update of the status, by the status or approval subresource; what was said against it, or the status."""
    kinds.context.subresource = subresource
    new = deep_copy(old)
    new['status'] = {'conditions': conditions, **({'certificate': certificate} if certificate else {})}
    store = kinds.stores.of('certificates.k8s.io', 'certificatesigningrequests')
    try:
        return store.update(new, old, kinds.context, status=subresource == 'status')
    except StatusError as error:
        return [f'{cause["field"]}: {cause["message"].partition(chr(10))[0]}'
                for cause in error.status['details']['causes']]


ADDED = 'status.conditions: Forbidden: updates may not add a condition of type "Approved"'


@pytest.mark.parametrize(('conditions', 'subresource', 'expected'), [
    ([condition('Approved')], 'status', [ADDED]),
    ([condition('Approved', 'False')], 'approval', [
        'status.conditions[0].status: Unsupported value: "False": supported values: "True"']),
    ([condition('Approved', '')], 'approval', ['status.conditions[0].status: Required value']),
    ([condition('')], 'approval', ['status.conditions[0].type: Required value']),
    ([condition('Own', 'Odd')], 'approval', ['status.conditions[0].status: Unsupported value: "Odd": supported values: '
                                            '"False", "True", "Unknown"']),
    ([condition('Approved'), condition('Denied')], 'approval', [
        'status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive']),
    ([condition('Own'), condition('Own')], 'approval', ['status.conditions[1].type: Duplicate value: "Own"']),
])
def test_what_conditions_may_be(kinds, made, conditions, subresource, expected):
    assert change(kinds, made, conditions, subresource) == expected


def test_what_was_decided_stays(kinds, made):
    approved = change(kinds, made, [condition('Approved', lastTransitionTime=None)], 'approval')
    at = kinds.simulation.timestamp()
    assert approved['status']['conditions'] == [condition('Approved', lastUpdateTime=at, lastTransitionTime=at)]
    assert change(kinds, approved, [], 'approval') == [
        'status.conditions: Forbidden: updates may not remove a condition of type "Approved"']
    assert change(kinds, approved, [condition('Approved', reason='Other')], 'status')['status'] == approved['status']


def test_a_certificate_is_set_once_by_the_status(kinds, made):
    other = base64.b64encode(b'nothing').decode()
    assert change(kinds, made, [], 'status', other) == [
        'status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block']
    assert change(kinds, made, [], 'status', pem(b'0')) == [
        'status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found '
        '"CERTIFICATE REQUEST"']
    assert 'certificate' not in change(kinds, made, [condition('Approved')], 'approval', other)['status']


def test_a_request_may_be_called_what_no_other_object_may(kinds):
    text = CSR.format(request=pem(der()), signer=SIGNER, usages='[client auth]')
    assert kinds.create(text.replace('name: r', 'name: Jane_Doe'))['metadata']['name'] == 'Jane_Doe'
    with pytest.raises(StatusError, match="may not contain '/'"):
        kinds.create(text.replace('name: r', 'name: a/b'))
