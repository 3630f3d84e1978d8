"""kubectl describe job and cronjob."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.apimachinery.duration import human_duration, parse_timestamp
from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import SelectorError, from_label_selector
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.podtemplate import describe_pod_template
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, or_none, printed_bool, rfc1123


def describe_job(job: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    meta, spec, status = job['metadata'], job['spec'], job.get('status') or {}
    w.field('Name', meta['name'])
    w.field('Namespace', meta.get('namespace', ''))
    w.field('Selector', _selector(spec.get('selector')))
    w.marks(meta)
    w.controlled_by(job)
    if spec.get('parallelism') is not None:
        w.field('Parallelism', spec['parallelism'])
    w.field('Completions', _or_unset(spec.get('completions')))
    for title, field in (('Completion Mode', 'completionMode'), ('Suspend', 'suspend'),
                         ('Backoff Limit', 'backoffLimit'), ('TTL Seconds After Finished', 'ttlSecondsAfterFinished')):
        if spec.get(field) is not None:
            w.field(title, spec[field])
    _times(status, w)
    if spec.get('activeDeadlineSeconds') is not None:
        w.field('Active Deadline Seconds', f'{spec["activeDeadlineSeconds"]}s')
    _statuses(status, w)
    if spec.get('completionMode') == 'Indexed':
        w.field('Completed Indexes', cap_indexes(status.get('completedIndexes', '')))
    describe_pod_template(spec.get('template'), w)
    describe_events(related.events(job), w)
    return w.text()


def _times(status: Object, w: PrefixWriter) -> None:
    started, ended = status.get('startTime'), status.get('completionTime')
    if started:
        w.field('Start Time', rfc1123(started))
    if ended:
        w.field('Completed At', rfc1123(ended))
    if started and ended:
        w.field('Duration', human_duration(parse_timestamp(ended) - parse_timestamp(started)))


def _statuses(status: Object, w: PrefixWriter) -> None:
    ready = f' ({status["ready"]} Ready)' if status.get('ready') is not None else ''
    w.field('Pods Statuses', f'{status.get("active", 0)} Active{ready} / {status.get("succeeded", 0)} Succeeded / '
                             f'{status.get("failed", 0)} Failed')


def cap_indexes(indexes: str, limit: int = 50) -> str:
    """capIndexesListOrNone: cut at the first comma after the limit."""
    cut = indexes.find(',', limit)
    return indexes[:cut + 1] + '...' if cut >= 0 else or_none(indexes)


def _selector(selector: Mapping[str, Any] | None) -> str:
    try:
        return str(from_label_selector(selector))
    except SelectorError as error:
        return f'Failed to get selector: {error}'


def _or_unset(value: object, suffix: str = '') -> str:
    return '<unset>' if value is None else f'{value}{suffix}'


def describe_cron_job(cron_job: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    spec, status = cron_job['spec'], cron_job.get('status') or {}
    w.metadata(cron_job)
    w.field('Schedule', spec.get('schedule', ''))
    w.field('Concurrency Policy', spec.get('concurrencyPolicy', ''))
    w.field('Suspend', printed_bool(spec.get('suspend')))
    w.field('Time Zone', _or_unset(spec.get('timeZone')))
    w.field('Successful Job History Limit', _or_unset(spec.get('successfulJobsHistoryLimit')))
    w.field('Failed Job History Limit', _or_unset(spec.get('failedJobsHistoryLimit')))
    w.field('Starting Deadline Seconds', _or_unset(spec.get('startingDeadlineSeconds'), 's'))
    _job_template((spec.get('jobTemplate') or {}).get('spec') or {}, w)
    last = status.get('lastScheduleTime')
    w.field('Last Schedule Time', rfc1123(last) if last else '<unset>')
    w.field('Active Jobs', or_none(', '.join(entry.get('name', '') for entry in status.get('active') or ())))
    describe_events(related.events(cron_job), w)
    return w.text()


def _job_template(spec: Mapping[str, Any], w: PrefixWriter) -> None:
    selector = spec.get('selector')
    w.field('Selector', '<unset>' if selector is None else _selector(selector))
    w.field('Parallelism', _or_unset(spec.get('parallelism')))
    w.field('Completions', _or_unset(spec.get('completions')))
    if spec.get('activeDeadlineSeconds') is not None:
        w.field('Active Deadline Seconds', f'{spec["activeDeadlineSeconds"]}s')
    describe_pod_template(spec.get('template'), w)
