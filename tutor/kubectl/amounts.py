"""Amounts of resources on a command line: `cpu=200m,memory=512Mi`."""

from __future__ import annotations

from tutor.apimachinery.quantity import QuantityError, canonical
from tutor.kubectl.errors import KubectlError


def resource_list(text: str) -> dict[str, str]:
    """populateResourceListV1: by resource, in canonical form. Raises KubectlError."""
    found: dict[str, str] = {}
    for statement in text.split(',') if text else ():
        parts = statement.split('=')
        if len(parts) != 2:
            raise KubectlError(f'Invalid argument syntax {statement}, expected <resource>=<value>')
        try:
            found[parts[0]] = canonical(parts[1])
        except QuantityError as error:
            raise KubectlError(str(error)) from None
    return found
