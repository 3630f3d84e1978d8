"""Indexes that let a controller find its objects without looking at all others."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.apimachinery.objects import Object, controller_of
from tutor.apimachinery.selectors import Selector
from tutor.client.informer import Informer

CONTROLLER = 'controller'
LABEL = 'label'
NODE = 'node'


def controlled(obj: Object) -> Sequence[str]:
    """The UID of the controlling owner, or 'orphan/<namespace>' for what has none (controller's PodControllerIndex)."""
    owner = controller_of(obj)
    return (owner['uid'],) if owner is not None else (f'orphan/{obj["metadata"].get("namespace", "")}',)


def by_controller(informer: Informer) -> Informer:
    """Index an informer by the controlling owner."""
    informer.add_index(CONTROLLER, controlled)
    return informer


def owned(informer: Informer, owner: Object) -> list[Object]:
    """The objects that this owner controls."""
    return informer.by_index(CONTROLLER, owner['metadata']['uid'])


def orphans(informer: Informer, namespace: str) -> list[Object]:
    """The objects of a namespace that nothing controls."""
    return informer.by_index(CONTROLLER, f'orphan/{namespace}')


def _labels(obj: Object) -> Sequence[str]:
    space = obj['metadata'].get('namespace', '')
    return [f'{space}/{key}={value}' for key, value in (obj['metadata'].get('labels') or {}).items()]


def by_label(informer: Informer) -> Informer:
    """Index an informer by each label, within the namespace."""
    informer.add_index(LABEL, _labels)
    return informer


def selected(informer: Informer, namespace: str, selector: Selector) -> list[Object]:
    """The objects of a namespace that a selector matches, looked up by one of its labels where it names one."""
    for requirement in selector.requirements:
        if requirement.operator in ('=', '=='):
            found = informer.by_index(LABEL, f'{namespace}/{requirement.key}={requirement.values[0]}')
            break
    else:
        found = informer.list(namespace)
    if len(selector.requirements) == 1 and selector.requirements[0].operator in ('=', '=='):
        return found
    matches = selector.matches
    return [obj for obj in found if matches(obj['metadata'].get('labels') or {})]


def by_node(informer: Informer) -> Informer:
    """Index pods by the node they are on."""
    informer.add_index(NODE, lambda pod: (pod['spec'].get('nodeName', ''),))
    return informer
