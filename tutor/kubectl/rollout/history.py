"""The revisions of a workload, and the way back to one (polymorphichelpers/history.go, rollback.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.apimachinery.objects import Object, annotations, deep_copy
from tutor.apimachinery.selectors import from_label_selector
from tutor.client.client import Client
from tutor.client.transport import JSON_PATCH, STRATEGIC_PATCH
from tutor.kubectl.describe.podtemplate import describe_pod_template
from tutor.kubectl.describe.writer import PrefixWriter
from tutor.kubectl.errors import KubectlError, with_prefix
from tutor.kubectl.printers.tabwriter import align
from tutor.kubectl.rollout.revisions import (
    HASH,
    REVISION,
    comparable,
    new_replica_set,
    old_replica_sets,
    owned,
    revision,
)

CHANGE_CAUSE = 'kubernetes.io/change-cause'
LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
NOT_FOUND = 'unable to find the specified revision'
ROLLED_BACK = 'rolled back'
KEPT = (LAST_APPLIED, REVISION, 'deployment.kubernetes.io/revision-history',
        'deployment.kubernetes.io/desired-replicas', 'deployment.kubernetes.io/max-replicas',
        'deprecated.deployment.rollback.to')
"""Annotations of a Deployment that a rollback leaves as they are."""
_NAMES = {'Deployment': 'deployments.apps', 'DaemonSet': 'daemonsets.apps', 'StatefulSet': 'statefulsets.apps'}


class History:
    """The revisions of one Deployment, DaemonSet or StatefulSet: pod templates and change causes by number."""

    def __init__(self, client: Client, obj: Object, group: str, purpose: str = 'history') -> None:
        self.kind = obj.get('kind', '')
        if group != 'apps' or self.kind not in _NAMES:
            raise _unsupported(group, self.kind, purpose)
        self._client = client
        self.resource = _NAMES[self.kind]
        meta = obj['metadata']
        self.namespace, self.name = meta.get('namespace', ''), meta['name']
        self.live = client.get(self.resource, self.name, self.namespace)
        self.records = self._replica_sets() if self.kind == 'Deployment' else self._controller_revisions()

    def _replica_sets(self) -> list[Object]:
        """All replica sets, the old ones first (GetAllReplicaSets)."""
        selector = str(from_label_selector(self.live['spec'].get('selector')))
        mine = owned(self._client.items('replicasets.apps', self.namespace, selector), self.live)
        newest = new_replica_set(self.live, mine)
        return old_replica_sets(mine, newest) + ([newest] if newest else [])

    def _controller_revisions(self) -> list[Object]:
        selector = str(from_label_selector(self.live['spec'].get('selector')))
        return owned(self._client.items('controllerrevisions.apps', self.namespace, selector), self.live)

    def number(self, record: Object) -> int:
        return revision(record) if self.kind == 'Deployment' else record.get('revision', 0)

    def template(self, record: Object) -> Object:
        """The pod template of a revision, with its change cause."""
        if self.kind != 'Deployment':
            return _restored(self.live, record)['spec']['template']
        template = deep_copy(record['spec'].get('template') or {})
        cause = annotations(record).get(CHANGE_CAUSE)
        if cause:
            meta = template.setdefault('metadata', {})
            meta['annotations'] = {**(meta.get('annotations') or {}), CHANGE_CAUSE: cause}
        return template

    def as_object(self, record: Object) -> Object:
        """The replica set of a revision, or the object with that revision's template."""
        if self.kind != 'Deployment':
            return _restored(self.live, record)
        return {'apiVersion': 'apps/v1', 'kind': 'ReplicaSet', **record}

    def view(self, number: int) -> str:
        """ViewHistory: the table of all revisions, or the template of one."""
        known = {self.number(record): record for record in self.records}
        if not known:
            return 'No rollout history found.'
        if number > 0 or (number and self.kind == 'StatefulSet'):
            if number not in known:
                raise KubectlError(NOT_FOUND)
            return template_text(self.template(known[number]))
        rows = ''.join(f'{each}\t{self._cause(known[each]) or "<none>"}\n' for each in sorted(known))
        return align(f'REVISION\tCHANGE-CAUSE\n{rows}')

    def _cause(self, record: Object) -> str:
        return annotations(record).get(CHANGE_CAUSE, '')

    # -- the way back -------------------------------------------------------------------------------------------

    def undo(self, number: int, dry_run: str) -> str:
        """Rollback: what was done; with a client's dry run the template that it would be."""
        if number < 0:
            raise _missing(number)
        if self.kind == 'Deployment':
            return self._undo_deployment(number, dry_run)
        return self._undo_revision(number, dry_run)

    def _undo_deployment(self, number: int, dry_run: str) -> str:
        record = self._target_replica_set(number)
        template = self.template(record)
        if dry_run == 'client':
            return template_text(record['spec'].get('template'))
        if self.live['spec'].get('paused'):
            raise KubectlError("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' "
                               'and try again')
        if comparable(record['spec']['template']) == comparable(self.live['spec']['template']):
            return f'skipped rollback (current template already matches revision {number})'
        noted = {key: value for key, value in annotations(self.live).items() if key in KEPT}
        noted.update({key: value for key, value in annotations(record).items() if key not in KEPT})
        template = deep_copy(record['spec']['template'])
        (template.get('metadata', {}).get('labels') or {}).pop(HASH, None)
        body = [{'op': 'replace', 'path': '/spec/template', 'value': template},
                {'op': 'replace', 'path': '/metadata/annotations', 'value': noted}]
        self._patch(body, JSON_PATCH, number, dry_run)
        return ROLLED_BACK

    def _target_replica_set(self, number: int) -> Object:
        """deploymentRevision: that revision, or the one before the newest for 0."""
        if number > 0:
            for record in self.records:
                if self.number(record) == number:
                    return record
            raise _missing(number)
        ordered = sorted(self.records, key=self.number)
        if len(ordered) < 2:
            raise KubectlError(f'no rollout history found for deployment "{self.name}"')
        return ordered[-2]

    def _undo_revision(self, number: int, dry_run: str) -> str:
        if number == 0 and len(self.records) <= 1:
            raise KubectlError('no last revision to roll back to')
        record = self._target_revision(number)
        restored = _restored(self.live, record)
        if dry_run == 'client':
            return f'will roll back to {template_text(restored["spec"]["template"])}'
        if restored['spec']['template'] == self.live['spec']['template']:
            return f'skipped rollback (current template already matches revision {number})'
        self._patch(record['data'], STRATEGIC_PATCH, number, dry_run)
        return ROLLED_BACK

    def _target_revision(self, number: int) -> Object:
        """findHistory."""
        ordered = sorted(self.records, key=self.number)
        if number == 0:
            return ordered[-2]
        for record in ordered:
            if self.number(record) == number:
                return record
        raise _missing(number)

    def _patch(self, body: Any, content_type: str, number: int, dry_run: str) -> None:
        query = {'dryRun': 'All'} if dry_run == 'server' else {}
        try:
            self._client.patch(self.resource, self.name, body, self.namespace, content_type=content_type, **query)
        except Exception as error:
            raise with_prefix(f'failed restoring revision {number}', error) from error


def _restored(live: Object, record: Object) -> Object:
    """The object with the template of a ControllerRevision, whose data is a patch that replaces it."""
    data = deep_copy(record.get('data') or {})
    template = (data.get('spec') or {}).get('template') or {}
    template.pop('$patch', None)
    return {**live, 'spec': {**live['spec'], 'template': template}}


def _missing(number: int) -> KubectlError:
    return KubectlError(f'unable to find specified revision {number} in history')


def _unsupported(group: str, kind: str, purpose: str) -> KubectlError:
    """apps.GroupKindElement.Accept, or a visitor without an answer."""
    shown = f'{kind}.{group}' if group else kind
    if (group, kind) in {('apps', 'ReplicaSet'), ('', 'ReplicationController'), ('', 'Pod'), ('batch', 'Job'),
                         ('batch', 'CronJob')}:
        missing = 'history viewer' if purpose == 'history' else purpose
        return KubectlError(f'no {missing} has been implemented for "{shown}"')
    return KubectlError(f'error retrieving {purpose} for "{shown}", no visitor method exists for {{{group} {kind}}}')


def template_text(template: Mapping[str, Any] | None) -> str:
    """printTemplate: the pod template with its tabs left as they are."""
    w = PrefixWriter(0.0, aligned=False)
    describe_pod_template(template, w)
    return w.text()
