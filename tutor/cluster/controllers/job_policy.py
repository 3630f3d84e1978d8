"""podFailurePolicy and successPolicy of Jobs (job/pod_failure_policy.go, success_policy.go)."""

from __future__ import annotations

import math

from tutor.apimachinery.objects import Object
from tutor.cluster.controllers.job_pods import parse_indexes

FAIL_JOB = 'FailJob'
FAIL_INDEX = 'FailIndex'
IGNORE = 'Ignore'


def match_failure(policy: Object | None, pod: Object) -> tuple[str, str]:
    """matchPodFailurePolicy: what to do about a failed pod and the message for FailJob; '' when no rule matches."""
    for index, rule in enumerate((policy or {}).get('rules') or ()):
        if rule.get('onExitCodes'):
            found = _exit_code(rule['onExitCodes'], pod)
            if found is not None:
                container, code = found
                return rule['action'], (f'Container {container} for pod {_name(pod)} failed with exit code {code} '
                                        f'matching {rule["action"]} rule at index {index}')
        elif rule.get('onPodConditions'):
            kind = _condition(rule['onPodConditions'], pod)
            if kind:
                return rule['action'], (f'Pod {_name(pod)} has condition {kind} matching {rule["action"]} rule at '
                                        f'index {index}')
    return '', ''


def _name(pod: Object) -> str:
    return f'{pod["metadata"]["namespace"]}/{pod["metadata"]["name"]}'


def _exit_code(wanted: Object, pod: Object) -> tuple[str, int] | None:
    """The first container that ended with a code the rule is about."""
    status = pod.get('status', {})
    for entry in [*(status.get('containerStatuses') or ()), *(status.get('initContainerStatuses') or ())]:
        terminated = entry.get('state', {}).get('terminated')
        if not terminated or not terminated.get('exitCode'):
            continue
        if wanted.get('containerName') and wanted['containerName'] != entry['name']:
            continue
        if (terminated['exitCode'] in wanted['values']) == (wanted['operator'] == 'In'):
            return entry['name'], terminated['exitCode']
    return None


def _condition(patterns: list[Object], pod: Object) -> str:
    for entry in pod.get('status', {}).get('conditions') or ():
        for pattern in patterns:
            if entry['type'] == pattern['type'] and entry['status'] == pattern.get('status', 'True'):
                return entry['type']
    return ''


def match_success(policy: Object | None, completions: int, succeeded: list[int]) -> str:
    """matchSuccessPolicy: the message when a rule is met, else ''."""
    done = set(succeeded)
    for index, rule in enumerate((policy or {}).get('rules') or ()):
        if done and _is_met(rule, completions, done):
            return f'Matched rules at index {index}'
    return ''


def _is_met(rule: Object, completions: int, done: set[int]) -> bool:
    """matchSucceededIndexesRule; what a rule says of indexes that the job no longer has is nothing."""
    count = rule.get('succeededCount', math.inf)
    if rule.get('succeededIndexes') is None:
        return len(done) >= count
    wanted = set(parse_indexes(rule['succeededIndexes'], completions))
    return bool(wanted) and len(done & wanted) >= min(count, len(wanted))
