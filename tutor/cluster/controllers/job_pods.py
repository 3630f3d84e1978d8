"""The pods of a Job: indexes, what counts as failed, the template of the next one (job/indexed_job_utils.go)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tutor.apimachinery.objects import Object, deleting, owner_reference
from tutor.cluster.controllers import pods

FINALIZER = 'batch.kubernetes.io/job-tracking'
INDEX = 'batch.kubernetes.io/job-completion-index'
INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count'
INDEX_IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count'
LONGEST_PREFIX = 58
"""names.MaxGeneratedNameLength."""
_ENV = 'JOB_COMPLETION_INDEX'


def is_indexed(job: Object) -> bool:
    return job['spec'].get('completionMode') == 'Indexed'


def is_suspended(job: Object) -> bool:
    return bool(job['spec'].get('suspend'))


def tracked(pod: Object) -> bool:
    return FINALIZER in (pod['metadata'].get('finalizers') or ())


def only_replaces_failed(job: Object) -> bool:
    return job['spec'].get('podReplacementPolicy') == 'Failed' or bool(job['spec'].get('podFailurePolicy'))


def has_failed(pod: Object, job: Object) -> bool:
    """isPodFailed: a deleted pod counts, for it may never come to say so itself."""
    if pods.phase(pod) == 'Failed':
        return True
    return deleting(pod) and pods.phase(pod) != 'Succeeded' and not only_replaces_failed(job)


def index_of(pod: Object) -> int | None:
    text = (pod['metadata'].get('annotations') or {}).get(INDEX)
    found = atoi(text)
    return found if found is not None and found >= 0 else None


def atoi(text: str | None) -> int | None:
    """strconv.Atoi, of what anybody may have written into an annotation."""
    return int(text) if text is not None and re.fullmatch('[+-]?[0-9]+', text) else None


def active_for_removal(job: Object, active: list[Object], at_least: int, now: float) -> list[Object]:
    """activePodsForRemoval: of an indexed job first those beyond its completions, without an index, or whose index
    another one has too; then as many as there are too many, in the order in which pods go."""
    gone = _misplaced(active, job['spec'].get('completions') or 0, now) if is_indexed(job) else []
    missing = at_least - len(gone)
    if missing > 0:
        names = {pod['metadata']['uid'] for pod in gone}
        left = [pod for pod in active if pod['metadata']['uid'] not in names]
        gone += pods.by_deletion_preference(left, {}, now)[:missing]
    return gone


def _misplaced(active: list[Object], completions: int, now: float) -> list[Object]:
    """appendDuplicatedIndexPodsForRemoval."""
    by_index: dict[int, list[Object]] = {}
    for pod in active:
        index = index_of(pod)
        by_index.setdefault(-1 if index is None else index, []).append(pod)
    gone: list[Object] = []
    for index, same in sorted(by_index.items()):
        outside = index < 0 or index >= completions
        gone += same if outside else pods.by_deletion_preference(same, {}, now)[:-1]
    return gone


def parse_indexes(text: str | None, completions: int) -> list[int]:
    """'1-3,5' as numbers; those beyond completions are left out."""
    found: list[int] = []
    for part in (text or '').split(','):
        first, _, last = part.partition('-')
        if first.isdigit():
            found.extend(n for n in range(int(first), int(last or first) + 1) if n < completions)
    return found


def format_indexes(numbers: Iterable[int]) -> str:
    """orderedIntervals.String: two in a row are '1,2', more are '1-3'."""
    parts: list[str] = []
    ordered = sorted(set(numbers))
    start = 0
    for end in range(1, len(ordered) + 1):
        if end < len(ordered) and ordered[end] == ordered[end - 1] + 1:
            continue
        first, last = ordered[start], ordered[end - 1]
        parts.append(str(first) if first == last else f'{first},{last}' if last == first + 1 else f'{first}-{last}')
        start = end
    return ','.join(parts)


def pod_for(job: Object, index: int | None, failures: tuple[int, int] | None = None) -> Object:
    """The next pod; with an index when the job gives its pods one, and then perhaps how often that failed: counted and
    ignored."""
    template = job['spec']['template']
    given = template.get('metadata') or {}
    name = job['metadata']['name']
    meta: Object = {'generateName': f'{name}-', 'labels': dict(given.get('labels') or {})}
    notes = dict(given.get('annotations') or {})
    spec = template['spec']
    if index is not None:
        meta['generateName'] = _prefix(name, index)
        meta['labels'][INDEX] = str(index)
        notes[INDEX] = str(index)
        if failures is not None:
            notes[INDEX_FAILURES] = str(failures[0])
            if failures[1]:
                notes[INDEX_IGNORED] = str(failures[1])
        spec = {**_with_index_environment(spec), 'hostname': f'{name}-{index}'[:63]}
    if notes:
        meta['annotations'] = notes
    meta['ownerReferences'] = [owner_reference(job)]
    meta['finalizers'] = list(dict.fromkeys([*(given.get('finalizers') or ()), FINALIZER]))
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': meta, 'spec': spec}


def _prefix(name: str, index: int) -> str:
    """podGenerateNameWithIndex: the index stays whole, however long the name."""
    end = f'-{index}-'
    return name[:LONGEST_PREFIX - len(end)] + end


def _with_index_environment(spec: Object) -> Object:
    entry = {'name': _ENV, 'valueFrom': {'fieldRef': {'fieldPath': f"metadata.labels['{INDEX}']"}}}

    def with_entry(container: Object) -> Object:
        env = container.get('env') or []
        return container if any(item['name'] == _ENV for item in env) else {**container, 'env': [*env, entry]}

    found = {**spec, 'containers': [with_entry(container) for container in spec['containers']]}
    if spec.get('initContainers'):
        found['initContainers'] = [with_entry(container) for container in spec['initContainers']]
    return found


def restarts_exceed(job: Object, mine: Iterable[Object]) -> bool:
    """pastBackoffLimitOnFailure: with OnFailure it is the containers' restarts that count."""
    if job['spec']['template']['spec'].get('restartPolicy') != 'OnFailure':
        return False
    total = sum(entry.get('restartCount', 0) for pod in mine if pods.phase(pod) in ('Running', 'Pending')
                for field in ('initContainerStatuses', 'containerStatuses')
                for entry in pod.get('status', {}).get(field) or ())
    limit = job['spec'].get('backoffLimit', 6)
    return total > 0 if limit == 0 else total >= limit
