"""What a Job's status may say, and how it may change: a field that breaks a rule is told of where it changes."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, is_true
from tutor.cluster.registry import metadata
from tutor.cluster.registry.batch import success_policy
from tutor.cluster.registry.internal import internal

_COUNTS = ('active', 'succeeded', 'failed', 'ready', 'terminating')
_FINAL = ('Failed', 'Complete', 'FailureTarget')
_CONDITIONS = 'status.conditions'


def validate(new: Object, old: Object) -> list[FieldError]:
    """ValidateJobUpdateStatus, with the options of getStatusValidationOptions."""
    status, before = new.get('status') or {}, old.get('status') or {}
    found = [error for name in _COUNTS for error in metadata.non_negative(status.get(name), f'status.{name}')]
    found += _uncounted(status)
    changed = {name for name in {*status, *before} if status.get(name) != before.get(name)}
    changed |= {kind for kind in (*_FINAL, 'SuccessCriteriaMet') if is_true(new, kind) != is_true(old, kind)}
    if _finished(new) != _finished(old):
        changed.add('Finished')
    found += _complete(new, status, changed) + _ended(new, status, changed) + _indexes(new, status, changed)
    ready = status.get('ready')
    if changed & {'Finished', 'terminating'} and _finished(new) and status.get('terminating', 0) > 0:
        found.append(field.invalid('status.terminating', status['terminating'],
                                   'terminating>0 is invalid for finished job'))
    if changed & {'ready', 'active'} and ready is not None and ready > status.get('active', 0):
        found.append(field.invalid('status.ready', ready, 'cannot set more ready pods than active'))
    return found + _success(new) + _transition(new, old, status, before)


def _finished(job: Object) -> bool:
    return is_true(job, 'Complete') or is_true(job, 'Failed')


def _conflict(text: str) -> FieldError:
    return field.invalid(_CONDITIONS, field.OMITTED, text)


def _uncounted(status: Object) -> list[FieldError]:
    found: list[FieldError] = []
    seen: set[str] = set()
    for name in ('succeeded', 'failed'):
        for index, uid in enumerate((status.get('uncountedTerminatedPods') or {}).get(name) or ()):
            path = f'status.uncountedTerminatedPods.{name}[{index}]'
            if not uid:
                found.append(field.invalid(path, uid, 'must not be empty'))
            elif uid in seen:
                found.append(field.duplicate(path, uid))
            seen.add(uid)
    return found


def _complete(job: Object, status: Object, changed: set[str]) -> list[FieldError]:
    """What cannot be beside a job's completion, and when that was."""
    complete, ended, path = is_true(job, 'Complete'), status.get('completionTime'), 'status.completionTime'
    found: list[FieldError] = []
    if changed & {'Complete', 'Failed'} and complete and is_true(job, 'Failed'):
        found.append(_conflict('cannot set Complete=True and Failed=true conditions'))
    if changed & {'Complete', 'FailureTarget'} and complete and is_true(job, 'FailureTarget'):
        found.append(_conflict('cannot set Complete=True and FailureTarget=true conditions'))
    if changed & {'Complete', 'completionTime'} and ended is not None and not complete:
        found.append(field.invalid(path, ended, 'cannot set completionTime when there is no Complete=True condition'))
    if changed & {'Complete', 'completionTime'} and ended is None and complete:
        found.append(field.required(path, 'completionTime is required for Complete jobs'))
    start = status.get('startTime')
    if changed & {'startTime', 'completionTime'} and start and ended and ended < start:
        found.append(field.invalid(path, ended, 'completionTime cannot be set before startTime'))
    return found


def _ended(job: Object, status: Object, changed: set[str]) -> list[FieldError]:
    """What comes before a job has ended, and what it has no more then."""
    found: list[FieldError] = []
    if changed & {'Failed', 'FailureTarget'} and is_true(job, 'Failed') and not is_true(job, 'FailureTarget'):
        found.append(_conflict('cannot set Failed=True condition without the FailureTarget=true condition'))
    if changed & {'Complete', 'SuccessCriteriaMet'} and is_true(job, 'Complete') and \
            not is_true(job, 'SuccessCriteriaMet'):
        found.append(_conflict('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'))
    if not _finished(job):
        return found
    uncounted = status.get('uncountedTerminatedPods') or {}
    if changed & {'Finished', 'active'} and status.get('active', 0) > 0:
        found.append(field.invalid('status.active', status['active'], 'active>0 is invalid for finished job'))
    if changed & {'Finished', 'startTime'} and status.get('startTime') is None:
        found.append(field.required('status.startTime', 'startTime is required for finished job'))
    if changed & {'Finished', 'uncountedTerminatedPods'} and any(uncounted.values()):
        found.append(field.invalid('status.uncountedTerminatedPods', internal(uncounted, 'Succeeded Failed'),
                                   'uncountedTerminatedPods needs to be empty for finished job'))
    return found


def _indexes(job: Object, status: Object, changed: set[str]) -> list[FieldError]:
    spec, done, failed = job['spec'], status.get('completedIndexes', ''), status.get('failedIndexes')
    total, per_index, found = spec.get('completions'), 'backoffLimitPerIndex' in spec, []
    if 'completedIndexes' in changed and total is not None:
        found += _listed(done, total, 'completedIndexes')
    if 'failedIndexes' in changed and total is not None and per_index and failed is not None:
        found += _listed(failed, total, 'failedIndexes')
    if 'completedIndexes' in changed and done and spec.get('completionMode') != 'Indexed':
        found.append(field.invalid('status.completedIndexes', done,
                                   'cannot set non-empty completedIndexes when non-indexed completion mode'))
    if 'failedIndexes' in changed and not per_index and failed is not None:
        found.append(field.invalid('status.failedIndexes', failed,
                                   'cannot set non-null failedIndexes when backoffLimitPerIndex is null'))
    return found


def _listed(text: str, total: int, name: str) -> list[FieldError]:
    try:
        success_policy.count_indexes(text, total)
    except success_policy.BadIndexes as problem:
        return [field.invalid(f'status.{name}', text, f'error parsing {name}: {problem}')]
    return []


def _success(job: Object) -> list[FieldError]:
    """SuccessCriteriaMet leads to completion, and to nothing else."""
    met, found = is_true(job, 'SuccessCriteriaMet'), []
    if met and is_true(job, 'Failed'):
        found.append(_conflict('cannot set SuccessCriteriaMet=True and Failed=true conditions'))
    if met and is_true(job, 'FailureTarget'):
        found.append(_conflict('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'))
    if 'successPolicy' in job['spec'] and not met and is_true(job, 'Complete'):
        found.append(_conflict('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'))
    return found


def _transition(new: Object, old: Object, status: Object, before: Object) -> list[FieldError]:
    """ValidateJobStatusUpdate, besides what a status may say at all."""
    found: list[FieldError] = []
    for kind in _FINAL:
        if is_true(old, kind) and not is_true(new, kind):
            found.append(_conflict(f'cannot disable the terminal {kind}=True condition'))
    spec: dict[str, Any] = new['spec']
    elastic = spec.get('completionMode') == 'Indexed' and spec.get('completions') == spec.get('parallelism')
    for name in ('failed', 'succeeded'):
        if status.get(name, 0) < before.get(name, 0) and not (name == 'succeeded' and elastic):
            found.append(field.invalid(f'status.{name}', status.get(name, 0), f'cannot decrease the {name} counter'))
    ended, start = status.get('completionTime'), before.get('startTime')
    if ended and before.get('completionTime') and ended != before['completionTime']:
        found.append(field.invalid('status.completionTime', ended, 'completionTime cannot be mutated'))
    if start is not None and start != status.get('startTime') and not spec.get('suspend'):
        found.append(field.required('status.startTime', 'startTime cannot be removed for unsuspended job'))
    if is_true(old, 'SuccessCriteriaMet') and not is_true(new, 'SuccessCriteriaMet'):
        found.append(_conflict('cannot disable the SuccessCriteriaMet=True condition'))
    if is_true(old, 'Complete') and not is_true(old, 'SuccessCriteriaMet') and is_true(new, 'SuccessCriteriaMet'):
        found.append(_conflict('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'))
    return found
