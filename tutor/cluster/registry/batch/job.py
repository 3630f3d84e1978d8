"""Jobs."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names, selectors
from tutor.apimachinery.duration import human_duration, parse_timestamp
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, deep_copy, is_true
from tutor.apimachinery.selectors import format_label_selector
from tutor.cluster.registry import metadata, workload
from tutor.cluster.registry.batch import job_status, pod_failure_policy, success_policy
from tutor.cluster.registry.cells import age, columns, template_cells
from tutor.cluster.registry.core.internals import internal_form, pod_template
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import defaults, validation, warnings
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

UID_LABEL = 'batch.kubernetes.io/controller-uid'
NAME_LABEL = 'batch.kubernetes.io/job-name'
_LEGACY = {UID_LABEL: 'controller-uid', NAME_LABEL: 'job-name'}
_COUNTS = ('parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished',
           'backoffLimitPerIndex', 'maxFailedIndexes')
_DIRECTIVES = ('nodeSelector', 'tolerations', 'schedulingGates')
MAX_INT32 = 2**31 - 1
MAX_MANAGED_BY = 63
MANY, FEWER = 100_000, 10_000
"""How many pods at once, and how many failed indexes, the status of an indexed job has room for."""


class JobStrategy(Kind):
    generation = True
    columns = columns('Name, Status, Completions, Duration, Age, Containers*, Images*, Selector*')
    selectable = ('status.successful',)

    def default(self, obj: Object) -> None:
        """SetDefaults_Job."""
        spec = obj.setdefault('spec', {})
        defaults.default_template(spec.setdefault('template', {}))
        if 'completions' not in spec and 'parallelism' not in spec:
            spec['completions'] = 1
        spec.setdefault('parallelism', 1)
        spec.setdefault('backoffLimit', MAX_INT32 if 'backoffLimitPerIndex' in spec else 6)
        spec.setdefault('completionMode', 'NonIndexed')
        spec.setdefault('suspend', False)
        spec.setdefault('podReplacementPolicy', 'Failed' if 'podFailurePolicy' in spec else 'TerminatingOrFailed')
        spec.setdefault('manualSelector', False)
        pod_failure_policy.default(spec)
        labels = workload.template_labels(spec)
        if labels and not obj['metadata'].get('labels'):
            obj['metadata']['labels'] = dict(labels)
        obj.setdefault('status', {})

    def prepare_create(self, obj: Object, context: Context) -> None:
        """generateSelector: a job finds its pods by its uid."""
        obj['status'] = {}
        if obj['spec'].get('manualSelector'):
            return
        meta, template = obj['metadata'], obj['spec']['template'].setdefault('metadata', {})
        labels = dict(template.get('labels') or {})
        for name, value in ((UID_LABEL, meta['uid']), (NAME_LABEL, meta.get('name', ''))):
            labels.setdefault(name, value)
            labels.setdefault(_LEGACY[name], value)
        template['labels'] = labels
        if not meta.get('labels'):
            meta['labels'] = dict(labels)
        selector = obj['spec'].setdefault('selector', {})
        selector['matchLabels'] = {**(selector.get('matchLabels') or {}), UID_LABEL: meta['uid']}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateJob."""
        spec = obj['spec']
        found = self._generated_selector(obj)
        found += validate_spec(spec, 'spec')
        if spec.get('selector') is None:
            found.append(field.required('spec.selector'))
        labels = workload.template_labels(spec) or {}
        try:
            matches = selectors.from_label_selector(spec.get('selector')).matches(labels)
        except selectors.SelectorError:
            matches = False
        if not matches:
            found.append(field.invalid('spec.template.metadata.labels', labels, workload.MISMATCH))
        return found + _last_hostname(obj)

    def _generated_selector(self, obj: Object) -> list[FieldError]:
        """validateGeneratedSelector."""
        spec, uid = obj['spec'], obj['metadata'].get('uid', '')
        if spec.get('manualSelector'):
            return []
        if spec.get('selector') != {'matchLabels': {UID_LABEL: uid}}:
            return [field.invalid('spec.selector', spec.get('selector'), '`selector` not auto-generated')]
        return []

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateJobUpdate."""
        spec, before = new['spec'], old['spec']
        if spec == before:
            return []
        found = validate_spec(spec, 'spec')
        found += _completions_changed(spec, before)
        found += metadata.immutable(spec.get('selector'), before.get('selector'), 'spec.selector')
        found += self._template(spec, before, old)
        found += metadata.immutable(spec.get('completionMode'), before.get('completionMode'), 'spec.completionMode')
        for name in ('podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'):
            if spec.get(name) != before.get(name):
                found.append(field.invalid(f'spec.{name}', _as_inside(name, spec.get(name)), 'field is immutable'))
        return found

    def _template(self, spec: Object, before: Object, old: Object) -> list[FieldError]:
        """validatePodTemplateUpdate: only a suspended job that has not started may be scheduled elsewhere."""
        kept = before['template']
        if before.get('suspend') and not (old.get('status') or {}).get('startTime'):
            kept = _scheduled_as(kept, spec['template'])
        if _without_empty(spec['template']) == _without_empty(kept):
            return []
        return [field.invalid('spec.template', pod_template(spec['template']), 'field is immutable')]

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return job_status.validate(new, old)

    def fields(self, obj: Object) -> dict[str, str]:
        return {'status.successful': str((obj.get('status') or {}).get('succeeded', 0))}

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        return [*warnings.of_name(obj, old), *job_warnings(obj['spec'], 'spec'), *warnings.of_workload(obj, old)]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printJob."""
        return [obj['metadata']['name'], _status(obj), _completions(obj), _duration(obj, simulation),
                age(obj, simulation), *template_cells(obj['spec']),
                format_label_selector(obj['spec'].get('selector'))]


def _scheduled_as(old: Object, new: Object) -> Object:
    """A template with all from another that says where its pods go, and what they need there."""
    template, spec, other = deep_copy(old), deep_copy(old['spec']), new['spec']
    template['spec'] = spec
    for place, source, fields in ((template, new, ('metadata',)), (spec, other, _DIRECTIVES)):
        for name in fields:
            place[name] = source.get(name)
    affinity = {**(spec.get('affinity') or {}), 'nodeAffinity': (other.get('affinity') or {}).get('nodeAffinity')}
    spec['affinity'] = {name: value for name, value in affinity.items() if value} or None
    for name in ('containers', 'initContainers'):
        for container, wanted in zip(spec.get(name) or (), other.get(name) or (), strict=False):
            container['resources'] = wanted.get('resources')
    return template


def _without_empty(template: Object) -> Object:
    """For comparing: what is empty is as what is not there."""
    spec = {name: value for name, value in template['spec'].items() if value not in (None, {}, [])}
    return {**{name: value for name, value in template.items() if value}, 'spec': spec}


def _as_inside(name: str, value: Any) -> Any:
    """A policy as the API server's own types have it."""
    return internal_form(value, name[0].upper() + name[1:]) if isinstance(value, dict) else value


def _completions_changed(spec: Object, before: Object) -> list[FieldError]:
    """validateCompletions: an indexed job may grow and shrink."""
    now, last = spec.get('completions'), before.get('completions')
    if spec.get('completionMode') != 'Indexed':
        return metadata.immutable(now, last, 'spec.completions')
    if now in (None, last, spec.get('parallelism')):
        return []
    return [field.invalid('spec.completions', now, 'can only be modified in tandem with spec.parallelism')]


def _last_hostname(obj: Object) -> list[FieldError]:
    """The pods of an indexed job are named after their index, and the last name must be one."""
    spec, name = obj['spec'], obj['metadata'].get('name', '')
    if spec.get('completionMode') != 'Indexed' or not spec.get('completions'):
        return []
    hostname = f'{name}-{spec["completions"] - 1}'
    if not names.is_dns1123_label(hostname):
        return []
    return [field.invalid('metadata.name', name, f'will not able to create pod with invalid DNS label: {hostname}')]


def _status(obj: Object) -> str:
    for kind, text in (('Complete', 'Complete'), ('Failed', 'Failed')):
        if is_true(obj, kind):
            return text
    if 'deletionTimestamp' in obj['metadata']:
        return 'Terminating'
    for kind, text in (('Suspended', 'Suspended'), ('FailureTarget', 'FailureTarget'),
                       ('SuccessCriteriaMet', 'SuccessCriteriaMet')):
        if is_true(obj, kind):
            return text
    return 'Running'


def _completions(obj: Object) -> str:
    spec, done = obj['spec'], (obj.get('status') or {}).get('succeeded', 0)
    if spec.get('completions') is not None:
        return f'{done}/{spec["completions"]}'
    parallelism = spec.get('parallelism') or 0
    return f'{done}/1 of {parallelism}' if parallelism > 1 else f'{done}/1'


def _duration(obj: Object, simulation: Simulation) -> str:
    status = obj.get('status') or {}
    start = status.get('startTime')
    if not start:
        return ''
    ended = status.get('completionTime')
    if not ended:
        failed = next((item for item in status.get('conditions') or () if item.get('type') == 'Failed'), {})
        ended = failed.get('lastTransitionTime')
    end = parse_timestamp(ended) if ended else simulation.seconds()
    return human_duration(end - parse_timestamp(start))


def validate_spec(spec: Object, path: str) -> list[FieldError]:
    """validateJobSpec."""
    found: list[FieldError] = []
    for name in _COUNTS:
        found += metadata.non_negative(spec.get(name), f'{path}.{name}')
    if 'maxFailedIndexes' in spec and 'backoffLimitPerIndex' not in spec:
        found.append(field.required(f'{path}.backoffLimitPerIndex', 'when maxFailedIndexes is specified'))
    if 'managedBy' in spec:
        here, manager = f'{path}.managedBy', spec['managedBy']
        found += [field.invalid(here, part, text) for part, text in names.domain_prefixed_path(manager)]
        if len(manager) > MAX_MANAGED_BY:
            found.append(field.too_long(here, MAX_MANAGED_BY))
    found += _mode(spec, path)
    if 'podFailurePolicy' in spec:
        found += pod_failure_policy.validate(spec, f'{path}.podFailurePolicy')
    if 'successPolicy' in spec:
        found += success_policy.validate(spec, f'{path}.successPolicy')
    return found + _replacement(spec, f'{path}.podReplacementPolicy') + _template(spec, path)


def _mode(spec: Object, path: str) -> list[FieldError]:
    mode = spec.get('completionMode', 'NonIndexed')
    if mode == 'Indexed':
        return _indexed(spec, path)
    found: list[FieldError] = []
    if mode != 'NonIndexed':
        found.append(field.not_supported(f'{path}.completionMode', mode, ('NonIndexed', 'Indexed')))
    return found + [field.invalid(f'{path}.{name}', spec[name], 'requires indexed completion mode')
                    for name in ('backoffLimitPerIndex', 'maxFailedIndexes') if name in spec]


def _indexed(spec: Object, path: str) -> list[FieldError]:
    completions, parallelism, failed = (spec.get(name) for name in ('completions', 'parallelism', 'maxFailedIndexes'))
    if completions is None:
        return [field.required(f'{path}.completions', 'when completion mode is Indexed')]
    found: list[FieldError] = []
    if parallelism is not None and parallelism > MANY:
        found.append(field.invalid(f'{path}.parallelism', parallelism,
                                   f'must be less than or equal to {MANY} when completion mode is Indexed'))
    per_index = 'backoffLimitPerIndex' in spec
    if per_index and failed is None and completions > MANY:
        found.append(field.required(f'{path}.maxFailedIndexes', f'must be specified when completions is above {MANY}'))
    if failed is not None and failed > completions:
        found.append(field.invalid(f'{path}.maxFailedIndexes', failed, 'must be less than or equal to completions'))
    if failed is not None and failed > MANY:
        found.append(field.invalid(f'{path}.maxFailedIndexes', failed, f'must be less than or equal to {MANY}'))
    if per_index and completions > MANY:
        for name, value in (('parallelism', parallelism), ('maxFailedIndexes', failed)):
            if value is not None and value > FEWER:
                found.append(field.invalid(f'{path}.{name}', value, (
                    f'must be less than or equal to {FEWER} when completions are above {MANY} and used with backoff '
                    'limit per index')))
    return found


def _replacement(spec: Object, path: str) -> list[FieldError]:
    """validatePodReplacementPolicy."""
    policy = spec.get('podReplacementPolicy')
    allowed = ('Failed',) if 'podFailurePolicy' in spec else ('Failed', 'TerminatingOrFailed')
    return [] if policy is None or policy in allowed else [field.not_supported(path, policy, allowed)]


def _template(spec: Object, path: str) -> list[FieldError]:
    template = spec.get('template') or {}
    found = validation.validate_template(template, f'{path}.template')
    policy = (template.get('spec') or {}).get('restartPolicy', '')
    here = f'{path}.template.spec.restartPolicy'
    if policy in ('', 'Always'):
        found.append(field.required(here, 'valid values: "OnFailure", "Never"'))
    elif policy not in ('OnFailure', 'Never'):
        found.append(field.not_supported(here, policy, ('OnFailure', 'Never')))
    elif 'podFailurePolicy' in spec and policy != 'Never':
        found.append(field.invalid(here, policy, 'only "Never" is supported when podFailurePolicy is specified'))
    return found


def job_warnings(spec: Object, path: str) -> list[str]:
    """WarningsForJobSpec, but for the template."""
    large = spec.get('completions', 0) > 100_000 and spec.get('parallelism', 0) > 10_000
    return [f'{path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than '
            '10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'] \
        if large and spec.get('completionMode') == 'Indexed' else []
