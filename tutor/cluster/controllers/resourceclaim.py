"""ResourceClaims from templates, for the pods that name them, and their release (pkg/controller/resourceclaim)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, controller_of, deleting, key, owner_reference, with_finalizers
from tutor.apimachinery.resource_claims import (
    FINALIZER,
    ClaimProblem,
    NotCreated,
    allocation,
    can_be_reserved,
    check_owner,
    claim_name,
    consumer,
    consumers,
    is_reserved,
    with_status,
)
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import APPLY_PATCH
from tutor.cluster.controllers import pods
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.indexes import by_controller, owned
from tutor.cluster.controllers.written import Written
from tutor.cluster.simulation import Simulation

CLAIMS = 'resourceclaims.resource.k8s.io'
TEMPLATES = 'resourceclaimtemplates.resource.k8s.io'
POD_CLAIM_NAME = 'resource.kubernetes.io/pod-claim-name'
FIELD_MANAGER = 'ResourceClaimController'
MOST_BASE = 57
_BY_CLAIM = 'resourceclaim'


class ResourceClaimController(Controller):
    """Keys are 'pod:<namespace>/<name>' and 'claim:<namespace>/<name>', as upstream's are."""

    component = 'resource_claim'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.pods = self.informer('pods')
        self.claims = by_controller(self.informer(CLAIMS))
        self.templates = self.informer(TEMPLATES)
        self._made = Written(self.claims)
        self.pods.add_index(_BY_CLAIM, _claims_of)
        self.pods.on_change(self._pod_changed)
        self.claims.on_change(self._claim_changed)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        """enqueuePod."""
        pod = new or old
        if pod is None or not pod['spec'].get('resourceClaims'):
            return
        if new is None or _is_done(new):
            for where in _claims_of(pod):
                self.queue.add(f'claim:{where}')
        if new is not None and not deleting(new) and not _is_done(new):
            self.queue.add(f'pod:{key(new)}')

    def _claim_changed(self, old: Object | None, new: Object | None) -> None:
        """enqueueResourceClaim."""
        claim = new or old
        if claim is None:
            return
        if new is not None:
            self.queue.add(f'claim:{key(new)}')
        else:
            self._made.seen_gone(claim)
        for pod in self.pods.by_index(_BY_CLAIM, key(claim)):
            self._pod_changed(None, pod)

    def reconcile(self, key: str) -> None:
        """syncHandler."""
        kind, _, where = key.partition(':')
        if kind == 'pod':
            self._sync_pod(where)
        else:
            self._sync_claim(where)

    # -- pods ---------------------------------------------------------------------------------------------------

    def _sync_pod(self, where: str) -> None:
        pod = self.pods.objects.get(where)
        if pod is None or deleting(pod) or _is_done(pod):
            return
        if self._made.behind(where):
            self.postpone(f'pod:{where}', 0.01)
            return
        made: dict[str, str] = {}
        for entry in pod['spec'].get('resourceClaims') or ():
            try:
                name = self._handle_claim(pod, entry)
            except (StatusError, ClaimProblem) as error:
                self.event(pod, 'Warning', 'FailedResourceClaimCreation', f'PodResourceClaim {entry["name"]}: {error}')
                raise StatusError({'code': 500, 'message': str(error)}) from None
            if name:
                made[entry['name']] = name
        if made:
            self._tell(pod, made)
        elif pod['spec'].get('nodeName'):
            self._reserve(pod)  # The scheduler reserves for pods that it places; others come with their node.

    def _tell(self, pod: Object, made: dict[str, str]) -> None:
        """Name the claims in the pod's status; those that were named before stay this manager's too."""
        known = {entry['name']: entry.get('resourceClaimName', '')
                 for entry in pod.get('status', {}).get('resourceClaimStatuses') or ()}
        entries = [{'name': name, 'resourceClaimName': claim} for name, claim in {**known, **made}.items() if claim]
        name, space = pod['metadata']['name'], pod['metadata']['namespace']
        self.client.patch('pods', name, {
            'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': name, 'namespace': space},
            'status': {'resourceClaimStatuses': entries}}, space, 'status', APPLY_PATCH,
            fieldManager=FIELD_MANAGER, force='true')

    def _handle_claim(self, pod: Object, entry: Object) -> str:
        """handleClaim: the name of a claim that the pod's status does not tell yet. Raises ClaimProblem."""
        space = pod['metadata']['namespace']
        try:
            name, owns = claim_name(pod, entry)
            if name is None:
                return ''
            claim = self.claims.get(space, name)
            if claim is not None and (not owns or _is_owner(pod, claim)):
                return ''
        except NotCreated:
            pass
        template_name = entry.get('resourceClaimTemplateName')
        if template_name is None:
            return ''
        for claim in owned(self.claims, pod):
            if (claim['metadata'].get('annotations') or {}).get(POD_CLAIM_NAME) == entry['name']:
                return claim['metadata']['name']
        template = self.templates.get(space, template_name)
        if template is None:
            raise ClaimProblem(f'resource claim template "{template_name}": resourceclaimtemplate.resource.k8s.io '
                               f'"{template_name}" not found')
        try:
            made = self.client.create(CLAIMS, _from_template(pod, entry['name'], template))
        except StatusError as error:
            raise ClaimProblem(f'create ResourceClaim : {error.message}') from None
        self._made.wrote(key(pod), made)
        return made['metadata']['name']

    def _reserve(self, pod: Object) -> None:
        for entry in pod['spec']['resourceClaims']:
            try:
                name, owns = claim_name(pod, entry)
            except NotCreated:
                return
            claim = self.claims.get(pod['metadata']['namespace'], name) if name else None
            if claim is None or (owns and not _is_owner(pod, claim)) or pods.is_terminal(pod):
                continue
            if allocation(claim) and not is_reserved(pod, claim) and can_be_reserved(claim):
                self.client.update_status(CLAIMS, with_status(
                    claim, allocation(claim), [*consumers(claim), consumer(pod)]))

    # -- claims -------------------------------------------------------------------------------------------------

    def _sync_claim(self, where: str) -> None:
        claim = self.claims.objects.get(where)
        if claim is None:
            return
        reserved = consumers(claim)
        valid = [entry for entry in reserved if self._still_needs(claim, entry)]
        protected = FINALIZER in (claim['metadata'].get('finalizers') or ())
        if len(valid) < len(reserved):
            claim = self.client.update_status(CLAIMS, with_status(
                claim, None if protected and not valid else allocation(claim), valid))
            if not allocation(claim):
                self._unprotect(claim)
        elif protected and deleting(claim) and not valid:
            if allocation(claim):
                claim = self.client.update_status(CLAIMS, with_status(claim, None, []))
            self._unprotect(claim)
        if not valid:
            self._delete_unneeded(claim)

    def _still_needs(self, claim: Object, entry: Object) -> bool:
        if entry.get('apiGroup') or entry['resource'] != 'pods':
            raise StatusError({'code': 500, 'message': f'unsupported ReservedFor entry: {entry}'})
        space = claim['metadata']['namespace']
        pod = self.pods.get(space, entry['name'])
        if pod is None:  # The informer may be behind: the scheduler may be about to place it.
            pod = self.client.find('pods', entry['name'], space)
            return pod is not None and pod['metadata']['uid'] == entry['uid']
        return pod['metadata']['uid'] == entry['uid'] and not _is_done(pod)

    def _unprotect(self, claim: Object) -> None:
        finalizers = claim['metadata'].get('finalizers') or []
        if FINALIZER in finalizers:
            self.client.update(CLAIMS, with_finalizers(claim, [each for each in finalizers if each != FINALIZER]))

    def _delete_unneeded(self, claim: Object) -> None:
        """A generated claim goes once its pod is not going to run, before the pod does."""
        owner = controller_of(claim)
        if owner is None or owner['kind'] != 'Pod' or deleting(claim):
            return
        pod = self.pods.get(claim['metadata']['namespace'], owner['name'])
        if pod is None or (pod['metadata']['uid'] == owner['uid'] and not _is_done(pod)):
            return
        self.client.remove(CLAIMS, claim, preconditions={'uid': claim['metadata']['uid']})


def _claims_of(pod: Object) -> list[str]:
    """podResourceClaimIndexFunc."""
    found = []
    for entry in pod['spec'].get('resourceClaims') or ():
        try:
            name, _ = claim_name(pod, entry)
        except NotCreated:
            continue
        if name:
            found.append(f'{pod["metadata"]["namespace"]}/{name}')
    return found


def _is_done(pod: Object) -> bool:
    """isPodDone."""
    return pods.is_terminal(pod) or (deleting(pod) and not pod['spec'].get('nodeName'))


def _is_owner(pod: Object, claim: Object) -> bool:
    try:
        check_owner(pod, claim)
    except ClaimProblem:
        return False
    return True


def _from_template(pod: Object, entry: str, template: Object) -> Object:
    space, name = pod['metadata']['namespace'], pod['metadata']['name']
    base, given = f'{name}-{entry}-', template['spec'].get('metadata') or {}
    if len(base) > MOST_BASE:
        size = len(base)
        base = f'{name[:len(name) * MOST_BASE // size]}-{entry[:len(entry) * MOST_BASE // size]}'
    meta: Object = {'generateName': base, 'namespace': space, 'ownerReferences': [owner_reference(pod)],
                    'annotations': {**(given.get('annotations') or {}), POD_CLAIM_NAME: entry}}
    if given.get('labels'):
        meta['labels'] = dict(given['labels'])
    return {'apiVersion': 'resource.k8s.io/v1', 'kind': 'ResourceClaim', 'metadata': meta,
            'spec': template['spec'].get('spec') or {}}
