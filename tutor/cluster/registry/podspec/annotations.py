"""Annotations that mean something to pods (ValidatePodSpecificAnnotations)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

MIRROR = 'kubernetes.io/config.mirror'
DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
_is_cost = re.compile(r'0|-?[1-9][0-9]*').fullmatch


def validate(annotations: Mapping[str, str], spec: Object, path: str) -> list[FieldError]:
    """`path` is that of the annotations."""
    found: list[FieldError] = []
    if MIRROR in annotations and not spec.get('nodeName'):
        found.append(field.invalid(f'{path}[{MIRROR}]', annotations[MIRROR],
                                   'must set spec.nodeName if mirror pod annotation is set'))
    cost = annotations.get(DELETION_COST)
    if cost is not None and not (_is_cost(cost) and -2**31 <= int(cost) < 2**31):
        found.append(field.invalid(f'{path}[{DELETION_COST}]', cost, 'must be a 32bit integer'))
    return found
