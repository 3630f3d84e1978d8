"""kubectl describe poddisruptionbudget, priorityclass, servicecidr and ipaddress."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import format_label_selector
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.namespace import describe_dated_conditions
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, format_labels


def describe_pod_disruption_budget(budget: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    spec, status = budget.get('spec') or {}, budget.get('status') or {}
    w.field('Name', budget['metadata']['name'])
    w.field('Namespace', budget['metadata'].get('namespace', ''))
    if spec.get('minAvailable') is not None:
        w.field('Min available', spec['minAvailable'])
    elif spec.get('maxUnavailable') is not None:
        w.field('Max unavailable', spec['maxUnavailable'])
    w.field('Selector', format_label_selector(spec['selector']) if spec.get('selector') is not None else '<unset>')
    w.write(0, 'Status:\n')
    for title, field in (('Allowed disruptions', 'disruptionsAllowed'), ('Current', 'currentHealthy'),
                         ('Desired', 'desiredHealthy'), ('Total', 'expectedPods')):
        w.field(title, status.get(field, 0), 2)
    describe_events(related.events(budget), w)
    return w.text()


def describe_priority_class(priority: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.field('Name', priority['metadata']['name'])
    w.field('Value', priority.get('value', 0))
    w.field('GlobalDefault', bool(priority.get('globalDefault')))
    w.field('PreemptionPolicy', priority.get('preemptionPolicy', ''))
    w.field('Description', priority.get('description', ''))
    w.field('Annotations', format_labels(priority['metadata'].get('annotations')))
    describe_events(related.events(priority), w)
    return w.text()


def describe_service_cidr(cidr: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(cidr, namespace=False)
    w.field('CIDRs', ', '.join((cidr.get('spec') or {}).get('cidrs') or ()))
    conditions = (cidr.get('status') or {}).get('conditions')
    if conditions:
        w.write(0, 'Status:\n')
        describe_dated_conditions(conditions, w)
    describe_events(related.events(cidr), w)
    return w.text()


def describe_ip_address(address: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(address, namespace=False)
    parent = (address.get('spec') or {}).get('parentRef')
    if parent is not None:
        w.write(0, 'Parent Reference:\n')
        for title, field in (('Group', 'group'), ('Resource', 'resource'), ('Namespace', 'namespace'),
                             ('Name', 'name')):
            w.field(title, parent.get(field, ''), 1)
    describe_events(related.events(address), w)
    return w.text()
