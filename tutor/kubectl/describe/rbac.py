"""kubectl describe role, clusterrole, rolebinding and clusterrolebinding."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter
from tutor.kubectl.rbac import compacted_rules, resource_text

COLUMNS = ('Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs')


def describe_role(role: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(role, namespace=False)
    w.write(0, 'PolicyRule:\n')
    w.rows(1, COLUMNS, tuple('-' * len(title) for title in COLUMNS))
    for rule in compacted_rules(role.get('rules') or ()):
        w.rows(1, (resource_text(rule), rule.non_resource_urls, rule.resource_names, rule.verbs))
    return w.text()


def describe_binding(binding: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(binding, namespace=False)
    role = binding.get('roleRef') or {}
    w.write(0, 'Role:\n')
    w.field('Kind', role.get('kind', ''), 1)
    w.field('Name', role.get('name', ''), 1)
    w.write(0, 'Subjects:\n')
    w.rows(1, ('Kind', 'Name', 'Namespace'), ('----', '----', '---------'))
    w.rows(1, *((subject.get('kind'), subject.get('name'), subject.get('namespace'))
                for subject in binding.get('subjects') or ()))
    return w.text()
