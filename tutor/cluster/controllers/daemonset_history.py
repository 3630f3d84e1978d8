"""What is wrong with the revisions of a DaemonSet that somebody has made by hand (daemon/update.go)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.client.transport import MERGE_PATCH
from tutor.cluster.controllers import history


def tidy(client: Client, ds: Object, known: list[Object], mine: list[Object]) -> list[Object]:
    """constructHistory, before it looks for the current one: the revisions, each with a label of its own, and of those
    with the DaemonSet's template only one. `mine` are the DaemonSet's pods. Raises StatusError."""
    known = [_labelled(client, revision) for revision in history.in_order(known)]
    if len(known) < 2:
        return known
    wanted = history.build(ds, 0, None)
    return _without_duplicates(client, known, [one for one in known if history.same(one, wanted)], mine)


def _labelled(client: Client, revision: Object) -> Object:
    if history.hash_of(revision):
        return revision
    meta = revision['metadata']
    labels = {**(meta.get('labels') or {}), history.REVISION_LABEL: meta['name']}
    return client.update(history.RESOURCE, {**revision, 'metadata': {**meta, 'labels': labels}})


def _without_duplicates(client: Client, known: list[Object], equal: list[Object], mine: list[Object]) -> list[Object]:
    """dedupCurHistories: the pods get the label of the one that is kept."""
    if len(equal) < 2:
        return known
    kept = history.hash_of(equal[-1])
    for pod in mine:
        meta = pod['metadata']
        if (meta.get('labels') or {}).get(history.REVISION_LABEL) != kept:
            client.patch('pods', meta['name'], {'metadata': {'labels': {history.REVISION_LABEL: kept}}},
                         meta['namespace'], content_type=MERGE_PATCH)
    for revision in equal[:-1]:
        client.delete(history.RESOURCE, revision['metadata']['name'], revision['metadata']['namespace'])
    return [revision for revision in known if revision not in equal[:-1]]
