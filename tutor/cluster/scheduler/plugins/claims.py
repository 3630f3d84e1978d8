"""The PersistentVolumeClaims of a pod."""

from __future__ import annotations

from tutor.apimachinery.objects import Object


def claim_names(pod: Object) -> list[str]:
    """The claims a pod mounts, those made for its ephemeral volumes included."""
    found = []
    for volume in pod['spec'].get('volumes') or ():
        if 'persistentVolumeClaim' in volume:
            found.append(volume['persistentVolumeClaim']['claimName'])
        elif 'ephemeral' in volume:
            found.append(f'{pod["metadata"]["name"]}-{volume["name"]}')
    return found


def ephemeral_names(pod: Object) -> list[str]:
    """The claims among them that the ephemeral volume controller makes."""
    return [f'{pod["metadata"]["name"]}-{volume["name"]}' for volume in pod['spec'].get('volumes') or ()
            if 'ephemeral' in volume]


def claims_key(namespace: str, name: str) -> str:
    return f'{namespace}/{name}'
