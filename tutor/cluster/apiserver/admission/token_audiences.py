"""For whom a kubelet may ask tokens: those that a pod of its node has them mounted for, or hands them on to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.apimachinery.volumes import claim_of
from tutor.client.transport import User
from tutor.cluster.apiserver import references
from tutor.cluster.registry.store import ResourceStores

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

VERB = 'request-serviceaccounts-token-audience'


def problem(server: ApiServer, user: User, pod: Object, audiences: list[str]) -> str:
    """validateNodeServiceAccountAudience: why not, if not."""
    if len(audiences) > 1:
        return 'node may only request 0 or 1 audiences'
    wanted = audiences[0] if audiences else ''
    if wanted in set(_mounted(server.stores, pod)):
        return ''
    info = RequestInfo('', VERB, True, group='', version='*', namespace=pod['metadata']['namespace'], resource=wanted,
                       name=pod['spec'].get('serviceAccountName', ''))
    if server.authorizer.allowed(user, info):
        return ''
    return (f'audience "{wanted}" not found in pod spec volume, {user.name} is not authorized to request tokens for '
            'this audience')


def _mounted(stores: ResourceStores, pod: Object) -> Iterator[str]:
    """The audiences of a pod's volumes, and of the drivers of those that drivers provide."""
    for volume in pod['spec'].get('volumes') or ():
        for source in references.projected(volume):
            if 'serviceAccountToken' in source:
                yield source['serviceAccountToken'].get('audience', '')
        driver = stores.of('storage.k8s.io', 'csidrivers').find('', _driver(stores, pod, volume))
        for request in ((driver or {}).get('spec') or {}).get('tokenRequests') or ():
            yield request.get('audience', '')


def _driver(stores: ResourceStores, pod: Object, volume: Object) -> str:
    """The CSI driver behind a volume of a pod, if there is one."""
    if 'csi' in volume:
        return volume['csi'].get('driver', '')
    claims = stores.of('', 'persistentvolumeclaims')
    claim = claims.find(pod['metadata']['namespace'], claim_of(pod, volume)) or {'spec': {}}
    found = stores.of('', 'persistentvolumes').find('', claim['spec'].get('volumeName', '')) or {'spec': {}}
    return (found['spec'].get('csi') or {}).get('driver', '')
