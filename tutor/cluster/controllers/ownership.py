"""Adopting what a selector matches and releasing what it no longer does (controller.PodControllerRefManager)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tutor.apimachinery import errors
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, controller_of, deleting, labels, owner_reference
from tutor.apimachinery.selectors import Selector, from_label_selector
from tutor.client.client import Client
from tutor.client.informer import Informer
from tutor.client.transport import STRATEGIC_PATCH


def owner_key(obj: Object | None, kind: str) -> str:
    """The key of the owner of a kind that controls an object, '' when there is none (resolveControllerRef)."""
    owner = controller_of(obj) if obj is not None else None
    if obj is None or owner is None or owner['kind'] != kind:
        return ''
    return f'{obj["metadata"]["namespace"]}/{owner["name"]}'


def matching(owners: Informer, obj: Object, selector_of: Callable[[Object], Selector]) -> list[Object]:
    """Who may want to own an object that nobody does (getPodReplicaSets, getPodDaemonSets, getDeploymentsFor…)."""
    found = labels(obj)
    if not found:
        return []
    every = [(owner, selector_of(owner)) for owner in owners.list(obj['metadata']['namespace'])]
    return [owner for owner, selector in every if not selector.empty and selector.matches(found)]


def selector_of(owner: Object) -> Selector:
    """spec.selector of an owner."""
    return from_label_selector(owner['spec'].get('selector'))


class Claim:
    """One owner's claim on the objects of one resource, for the time of one reconcile."""

    def __init__(self, client: Client, owner_resource: str, owner: Object, selector: Selector, resource: str,
                 finalizers: tuple[str, ...] = ()) -> None:
        self._client = client
        self._owner_resource = owner_resource
        self._owner = owner
        self._selector = selector
        self._resource = resource
        self._finalizers = finalizers
        self._adoptable: bool | None = None

    def sort_out(self, candidates: Iterable[Object]) -> list[Object]:
        """Those of the candidates that belong to the owner now, after adopting and releasing. Raises StatusError."""
        uid, matches = self._owner['metadata']['uid'], self._selector.matches
        found = []
        for obj in candidates:
            reference = controller_of(obj)
            fits = matches(obj['metadata'].get('labels') or {})
            if reference is None:
                if fits and not deleting(self._owner) and not deleting(obj) and self._adopt(obj):
                    found.append(obj)
            elif reference['uid'] == uid:
                if fits:
                    found.append(obj)
                elif not deleting(self._owner):
                    self._release(obj)
        return found

    def _adopt(self, obj: Object) -> bool:
        """AdoptPod: give the object an owner; False when it has gone meanwhile."""
        self._check_adoptable()
        meta: dict[str, Any] = {'ownerReferences': [owner_reference(self._owner)], 'uid': obj['metadata']['uid']}
        if self._finalizers:
            meta['finalizers'] = list(self._finalizers)
        return self._patch(obj, meta)

    def _release(self, obj: Object) -> None:
        """ReleasePod: take the owner away."""
        gone = [{'$patch': 'delete', 'uid': self._owner['metadata']['uid']}]
        meta: dict[str, Any] = {'uid': obj['metadata']['uid'], 'ownerReferences': gone}
        if self._finalizers:
            meta['$deleteFromPrimitiveList/finalizers'] = list(self._finalizers)
        self._patch(obj, meta)

    def _patch(self, obj: Object, meta: Object) -> bool:
        name, space = obj['metadata']['name'], obj['metadata'].get('namespace', '')
        try:
            self._client.patch(self._resource, name, {'metadata': meta}, space, content_type=STRATEGIC_PATCH)
        except StatusError as error:
            if error.code in (404, 422):
                return False
            raise
        return True

    def _check_adoptable(self) -> None:
        """RecheckDeletionTimestamp: an owner that is being deleted, seen without a cache, adopts nothing."""
        if self._adoptable is None:
            meta = self._owner['metadata']
            fresh = self._client.find(self._owner_resource, meta['name'], meta.get('namespace', ''))
            self._adoptable = (fresh is not None and fresh['metadata']['uid'] == meta['uid'] and not deleting(fresh))
        if not self._adoptable:
            raise errors.internal_error(f'{self._owner["metadata"]["name"]} can not adopt')
