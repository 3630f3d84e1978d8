"""CronJobs."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import cron, field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import format_label_selector
from tutor.cluster.registry import metadata
from tutor.cluster.registry.batch import job
from tutor.cluster.registry.cells import NONE, age, columns, since, template_cells
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import defaults, warnings
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

MAX_NAME = 52


class CronJobStrategy(Kind):
    generation = True
    columns = columns('Name, Schedule, Timezone, Suspend:boolean, Active:integer, Last Schedule, Age, Containers*, '
                      'Images*, Selector*')

    def default(self, obj: Object) -> None:
        """SetDefaults_CronJob."""
        spec = obj.setdefault('spec', {})
        spec.setdefault('concurrencyPolicy', 'Allow')
        spec.setdefault('suspend', False)
        spec.setdefault('successfulJobsHistoryLimit', 3)
        spec.setdefault('failedJobsHistoryLimit', 1)
        template = spec.setdefault('jobTemplate', {})
        template.setdefault('metadata', {})
        defaults.default_template(template.setdefault('spec', {}).setdefault('template', {}))
        obj.setdefault('status', {})

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateCronJobCreate."""
        spec, name = obj['spec'], obj['metadata'].get('name', '')
        found = self._spec(spec)
        if len(name) > MAX_NAME:
            found.append(field.invalid('metadata.name', name, f'must be no more than {MAX_NAME} characters'))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateCronJobUpdate."""
        return [] if new['spec'] == old['spec'] else self._spec(new['spec'], old['spec'])

    def _spec(self, spec: Object, before: Object | None = None) -> list[FieldError]:
        """validateCronJobSpec; a zone that was in the schedule may stay there."""
        found: list[FieldError] = []
        schedule = spec.get('schedule', '')
        if not schedule:
            found.append(field.required('spec.schedule'))
        else:
            found += _schedule(schedule)
        if 'TZ' in schedule and (problem := _zone_in_schedule(spec, before)):
            found.append(field.invalid('spec.schedule', schedule, problem))
        found += metadata.non_negative(spec.get('startingDeadlineSeconds'), 'spec.startingDeadlineSeconds')
        if before is None or before.get('timeZone') != spec.get('timeZone'):
            found += _time_zone(spec)
        policy = spec.get('concurrencyPolicy')
        if policy not in ('Allow', 'Forbid', 'Replace'):
            found.append(field.not_supported('spec.concurrencyPolicy', policy, ('Allow', 'Forbid', 'Replace')))
        found += _job_template(spec['jobTemplate'])
        for name in ('successfulJobsHistoryLimit', 'failedJobsHistoryLimit'):
            found += metadata.non_negative(spec.get(name), f'spec.{name}')
        return found

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        spec = obj['spec']['jobTemplate'].get('spec') or {}
        return [*warnings.of_name(obj, old), *job.job_warnings(spec, 'spec.jobTemplate.spec'),
                *warnings.of_workload(obj, old, 'spec.jobTemplate.spec.template')]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printCronJob."""
        spec, status = obj['spec'], obj.get('status') or {}
        template = (spec.get('jobTemplate') or {}).get('spec') or {}
        last = status.get('lastScheduleTime')
        return [obj['metadata']['name'], spec.get('schedule', ''), spec.get('timeZone') or NONE,
                'True' if spec.get('suspend') else 'False', len(status.get('active') or ()),
                since(last, simulation) if last else NONE, age(obj, simulation), *template_cells(template),
                format_label_selector(template.get('selector'))]


def _job_template(template: Object) -> list[FieldError]:
    spec = template.get('spec') or {}
    path = 'spec.jobTemplate.spec'
    found = job.validate_spec(spec, path)
    if spec.get('selector') is not None:
        found.append(field.invalid(f'{path}.selector', spec['selector'], '`selector` will be auto-generated'))
    if spec.get('manualSelector'):
        found.append(field.not_supported(f'{path}.manualSelector', spec['manualSelector'], ('nil', 'false')))
    return found


def _schedule(text: str) -> list[FieldError]:
    """validateScheduleFormat."""
    try:
        cron.parse(text)
    except cron.ScheduleError as problem:
        return [field.invalid('spec.schedule', text, str(problem))]
    return []


def _zone_in_schedule(spec: Object, before: Object | None) -> str:
    if before is None or 'TZ' not in before.get('schedule', ''):
        return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
    return 'cannot use both timeZone field and TZ or CRON_TZ in schedule' if 'timeZone' in spec else ''


def _time_zone(spec: Object) -> list[FieldError]:
    if 'timeZone' not in spec:
        return []
    zone = spec['timeZone']
    if not zone:
        return [field.invalid('spec.timeZone', zone, 'timeZone must be nil or non-empty string')]
    if zone.lower() == 'local':
        return [field.invalid('spec.timeZone', zone, 'timeZone must be an explicit time zone as defined in '
                                                     'https://www.iana.org/time-zones')]
    try:
        cron.location(zone)
    except ValueError as problem:
        return [field.invalid('spec.timeZone', zone, str(problem))]
    return []
