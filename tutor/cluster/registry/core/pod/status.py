"""What may be said in a pod's status (ValidatePodStatusUpdate)."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import addresses, metadata

_OF_THE_SYSTEM = ('PodScheduled', 'Ready', 'Initialized')
_LISTS = (('containerStatuses', 'containers'), ('initContainerStatuses', 'initContainers'),
          ('ephemeralContainerStatuses', 'ephemeralContainers'))


def validate(new: Object, old: Object) -> list[FieldError]:
    """ValidatePodStatusUpdate. As upstream, conditions are said to be the metadata's."""
    status, before = new.get('status') or {}, old.get('status') or {}
    found = [error for index, item in enumerate(status.get('conditions') or ())
             if item.get('type') not in _OF_THE_SYSTEM for error in field.invalid_each(
                 f'metadata.conditions[{index}].Type', item.get('type', ''),
                 names.is_qualified_name(item.get('type', '')))]
    nominated = status.get('nominatedNodeName', '')
    if nominated and nominated != before.get('nominatedNodeName'):
        found += field.invalid_each('status.nominatedNodeName', nominated, names.is_dns1123_subdomain(nominated))
    found += metadata.immutable(status.get('qosClass', ''), before.get('qosClass', ''), 'status.qosClass')
    found += [error for of, within in _LISTS for error in _risen(status, before, of, old['spec'], within)]
    return found + _claims(status, new['spec']) + _addresses(status, before)


def _risen(status: Object, before: Object, of: str, spec: Object, within: str) -> list[FieldError]:
    """ValidateContainerStateTransition: what has ended, and does not restart, stays so."""
    policy = 'Never' if within == 'ephemeralContainers' else spec.get('restartPolicy', 'Always')
    if policy == 'Always' or _restarts_all(spec):
        return []
    own = {item['name'] for item in spec.get(within) or () if item.get('restartPolicy') or item.get(
        'restartPolicyRules')}
    now = {item.get('name'): item.get('state') or {} for item in status.get(of) or ()}
    found: list[FieldError] = []
    for index, item in enumerate(before.get(of) or ()):
        ended, name = (item.get('state') or {}).get('terminated'), item.get('name')
        again = ended is None or name in own or (policy == 'OnFailure' and ended.get('exitCode', 0) != 0)
        if not again and name in now and 'terminated' not in now[name]:
            found.append(field.forbidden(f'status.{of}[{index}].state', 'may not be transitioned to non-terminated '
                                                                       'state'))
    return found


def _restarts_all(spec: Object) -> bool:
    """Whether the end of a container may begin all of them again."""
    return any(rule.get('action') == 'RestartAllContainers' for name in ('initContainers', 'containers')
               for item in spec.get(name) or () for rule in item.get('restartPolicyRules') or ())


def _claims(status: Object, spec: Object) -> list[FieldError]:
    """validatePodResourceClaimStatuses."""
    known = {claim.get('name') for claim in spec.get('resourceClaims') or ()}
    given = [item.get('name', '') for item in status.get('resourceClaimStatuses') or ()]
    found: list[FieldError] = []
    for index, name in enumerate(given):
        path = f'status.resourceClaimStatuses[{index}].name'
        if name not in known:
            found.append(field.invalid(path, name, 'must match the name of an entry in `spec.resourceClaims`'))
        if name in given[:index]:
            found.append(field.duplicate(path, name))
    return found


def _addresses(status: Object, before: Object) -> list[FieldError]:
    """validatePodIPs, validateHostIPs, of what has changed: each pod's status is written a few times."""
    found: list[FieldError] = []
    for name in ('podIPs', 'hostIPs'):
        if status.get(name) is before.get(name):
            continue
        path, given = f'status.{name}', [item.get('ip', '') for item in status.get(name) or ()]
        for index, address in enumerate(given):
            addresses.ip(address, f'{path}[{index}]', found)
        if len(given) > 1 and len({':' in address for address in given}) != len(given):
            found.append(field.invalid(path, [{'IP': address} for address in given],
                                       'may specify no more than one IP for each IP family'))
    return found
