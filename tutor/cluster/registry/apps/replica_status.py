"""The status of what has replicas: numbers that make sense (ValidateDeploymentStatus and its like)."""

from __future__ import annotations

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata


def check(new: Object, old: Object, counts: tuple[str, ...], parts: tuple[str, ...] = (),
          ready: str = 'readyReplicas') -> list[FieldError]:
    """`counts` are the fields that cannot be negative, `parts` those that cannot exceed status.replicas; `ready` is how
    the kind names what availableReplicas cannot exceed."""
    status: Object = new.get('status') or {}
    found = [error for name in counts for error in metadata.non_negative(status.get(name), f'status.{name}')]
    total = status.get('replicas', 0)
    found += [field.invalid(f'status.{name}', status.get(name, 0), 'cannot be greater than status.replicas')
              for name in parts if status.get(name, 0) > total]
    available = status.get('availableReplicas', 0)
    if parts and available > status.get('readyReplicas', 0):
        found.append(field.invalid('status.availableReplicas', available, f'cannot be greater than {ready}'))
    collisions = status.get('collisionCount')
    if collisions is not None and collisions < (old.get('status') or {}).get('collisionCount', 0):
        found.append(field.invalid('status.collisionCount', collisions, 'cannot be decremented'))
    return found
