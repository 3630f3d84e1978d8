"""ControllerRevisions: the pod templates that a DaemonSet or StatefulSet had (pkg/controller/history)."""

from __future__ import annotations

import json
from typing import Any
from zlib import crc32

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.hashing import safe_encode
from tutor.apimachinery.objects import Object, deep_copy, owner_reference
from tutor.client.client import Client

RESOURCE = 'controllerrevisions.apps'
REVISION_LABEL = 'controller-revision-hash'


def patch_of(obj: Object) -> Object:
    """getPatch: the template as a strategic merge patch that replaces it."""
    return {'spec': {'template': {**deep_copy(obj['spec']['template']), '$patch': 'replace'}}}


def build(owner: Object, number: int, collision_count: int | None) -> Object:
    """newRevision; named by the hash of its data."""
    data = patch_of(owner)
    text = json.dumps(data, sort_keys=True, separators=(',', ':')).encode()
    if collision_count is not None:
        text += str(collision_count).encode()
    name_hash = safe_encode(str(crc32(text) * 2654435761 & 0xFFFFFFFF))
    labels = {**((owner['spec']['template'].get('metadata') or {}).get('labels') or {}), REVISION_LABEL: name_hash}
    notes = dict(owner['metadata'].get('annotations') or {})
    meta: Object = {'name': f'{owner["metadata"]["name"][:223]}-{name_hash}',
                    'namespace': owner['metadata']['namespace'], 'labels': labels,
                    'ownerReferences': [owner_reference(owner)]}
    if notes:
        meta['annotations'] = notes
    return {'apiVersion': 'apps/v1', 'kind': 'ControllerRevision', 'metadata': meta, 'data': data, 'revision': number}


def same(one: Object, other: Object) -> bool:
    """EqualRevision."""
    first, second = template_of(one), template_of(other)
    return first is not None and second is not None and _plain(first) == _plain(second)


def template_of(revision: Object) -> Object | None:
    """The template that a revision keeps; None where somebody has written something else there."""
    found: Any = revision.get('data')
    for name in ('spec', 'template'):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _plain(template: Object) -> Object:
    meta = {name: value for name, value in (template.get('metadata') or {}).items() if value}
    return {**template, 'metadata': meta}


def in_order(revisions: list[Object]) -> list[Object]:
    """SortControllerRevisions."""
    return sorted(revisions, key=lambda r: (r['revision'], r['metadata']['creationTimestamp'], r['metadata']['name']))


def hash_of(revision: Object) -> str:
    return (revision['metadata'].get('labels') or {}).get(REVISION_LABEL, '')


def ensure_current(client: Client, owner: Object, known: list[Object],
                   collision_count: int | None) -> tuple[Object, list[Object]]:
    """The revision of the owner's template now, made or moved to the end; and all, in order.

    Raises StatusError AlreadyExists when the name is taken by other data.
    """
    known = in_order(known)
    number = known[-1]['revision'] + 1 if known else 1
    wanted = build(owner, number, collision_count)
    equal = [revision for revision in known if same(revision, wanted)]
    if not equal:
        made = _create(client, wanted)
        return made, [*known, made]
    current = equal[-1]
    if current is not known[-1]:
        moved = client.update(RESOURCE, {**current, 'revision': number})
        return moved, [*(revision for revision in known if revision is not current), moved]
    return current, known


def _create(client: Client, wanted: Object) -> Object:
    try:
        return client.create(RESOURCE, wanted)
    except StatusError as error:
        if error.reason != 'AlreadyExists':
            raise
        found = client.get(RESOURCE, wanted['metadata']['name'], wanted['metadata']['namespace'])
        if same(found, wanted):
            return found
        raise


def clean(client: Client, known: list[Object], live: set[str], limit: int, counted: int | None = None) -> None:
    """truncateHistory: delete the oldest that no pod and no status uses, beyond the limit. It holds for those that are
    not used, or where more than these are counted (a DaemonSet's cleanupHistory) for so many."""
    unused = [revision for revision in known if revision['metadata']['name'] not in live and hash_of(
        revision) not in live]
    for revision in unused[:max((len(unused) if counted is None else counted) - limit, 0)]:
        client.remove(RESOURCE, revision)
