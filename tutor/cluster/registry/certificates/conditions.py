"""Conditions of CertificateSigningRequests: what they may be, and how they may change."""

from __future__ import annotations

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.core.internals import difference
from tutor.cluster.registry.strategy import Context

_FINAL = ('Approved', 'Denied', 'Failed')
_STATES = ('False', 'True', 'Unknown')
_PATH = 'status.conditions'


def with_times(given: list[Object], old: Object, context: Context) -> list[Object]:
    """populateConditionTimestamps: when a condition was last written, and since when it is what it is."""
    now = context.simulation.timestamp()
    return [{**condition, 'lastUpdateTime': condition.get('lastUpdateTime') or now,
             'lastTransitionTime': condition.get('lastTransitionTime') or _since(condition, old) or now}
            for condition in given]


def _since(condition: Object, old: Object) -> str | None:
    return next((item['lastTransitionTime'] for item in _of(old) if item.get('type') == condition.get('type') and
                 item.get('status') == condition.get('status') and item.get('lastTransitionTime')), None)


def kept(given: list[Object], old: Object) -> list[Object]:
    """preserveConditionInstances: what says that a request is approved or denied, as it was before."""
    for kind in ('Approved', 'Denied'):
        before = _of(old, kind)
        if len(before) == sum(item.get('type') == kind for item in given):
            found = iter(before)
            given = [next(found) if item.get('type') == kind else item for item in given]
    return given


def validate_update(new: Object, old: Object, approval: bool) -> list[FieldError]:
    """validateCertificateSigningRequestUpdate; only through approval does a request become approved or denied."""
    found = _validate(new, old)
    for kind in _FINAL:
        if len(_of(new, kind)) < len(_of(old, kind)):
            found.append(field.forbidden(_PATH, f'updates may not remove a condition of type "{kind}"'))
    for kind in () if approval else ('Approved', 'Denied'):
        after, before = _of(new, kind), _of(old, kind)
        if len(after) > len(before):
            found.append(field.forbidden(_PATH, f'updates may not add a condition of type "{kind}"'))
        elif len(after) == len(before) and after != before:
            found.append(field.forbidden(_PATH, f'updates may not modify a condition of type "{kind}"\n' + difference(
                before, after, 'CertificateSigningRequestCondition')))
    return found


def _of(request: Object, kind: str = '') -> list[Object]:
    """The conditions of a type; without one, all."""
    return [item for item in (request.get('status') or {}).get('conditions') or ()
            if not kind or item.get('type') == kind]


def _validate(new: Object, old: Object) -> list[FieldError]:
    """validateConditions: what was wrong before may stay."""
    found: list[FieldError] = []
    kinds = [item.get('type', '') for item in _of(new)]
    before = [item.get('type', '') for item in _of(old)]
    for index, condition in enumerate(_of(new)):
        path, kind, state = f'{_PATH}[{index}]', kinds[index], condition.get('status', '')
        if not kind and '' not in before:
            found.append(field.required(f'{path}.type'))
        allowed = ('True',) if kind in _FINAL else _STATES
        if not state:
            found.append(field.required(f'{path}.status'))
        elif state not in allowed:
            found.append(field.not_supported(f'{path}.status', state, allowed))
        other = {'Approved': 'Denied', 'Denied': 'Approved'}.get(kind)
        if other in kinds[:index] and not {'Approved', 'Denied'} <= {*before}:
            found.append(field.invalid(_PATH, kind, 'Approved and Denied conditions are mutually exclusive'))
        if kind in kinds[:index] and len({*before}) == len(before):
            found.append(field.duplicate(f'{path}.type', kind))
    return found
