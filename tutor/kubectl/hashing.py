"""The hash that --append-hash and kustomize put at the end of a name (kubectl/pkg/util/hash)."""

from __future__ import annotations

import hashlib

from tutor.apimachinery.objects import Object

_REPLACED = str.maketrans('013ae', 'ghkmt')


def config_map_hash(obj: Object) -> str:
    """ConfigMapHash: over kind, name and data."""
    fields: Object = {'kind': 'ConfigMap', 'name': obj['metadata']['name'], 'data': obj.get('data') or ''}
    if obj.get('data'):
        fields['data'] = obj['data']
    elif not obj.get('binaryData'):
        fields['data'] = {}
    if obj.get('binaryData'):
        fields['binaryData'] = obj['binaryData']
    return encode_hash(fields)


def secret_hash(obj: Object) -> str:
    """SecretHash: over kind, type, name and data."""
    return encode_hash({'kind': 'Secret', 'type': obj.get('type', ''), 'name': obj['metadata']['name'],
                        'data': obj.get('data') or {}})


def encode_hash(fields: Object) -> str:
    """encodeHash: ten characters of the SHA-256 of the JSON, without vowels and look-alikes."""
    from tutor.apimachinery.printing.json import to_json
    digest = hashlib.sha256(to_json(fields, indent=None).encode()).hexdigest()
    return digest[:10].translate(_REPLACED)
