"""Security contexts of pods and containers."""

from __future__ import annotations

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.metadata import in_range

MAX_ID = 2**31 - 1
_FIELDS = ('Capabilities Privileged SELinuxOptions WindowsOptions RunAsUser RunAsGroup RunAsNonRoot '
           'ReadOnlyRootFilesystem AllowPrivilegeEscalation ProcMount SeccompProfile AppArmorProfile')
_NESTED = {'Capabilities': 'Add Drop', 'SeccompProfile': 'Type LocalhostProfile',
           'AppArmorProfile': 'Type LocalhostProfile', 'SELinuxOptions': 'User Role Type Level'}


def validate_container(context: Object, path: str, found: list[FieldError]) -> None:
    """ValidateSecurityContext."""
    for name in ('runAsUser', 'runAsGroup'):
        if name in context:
            found += in_range(context[name], 0, MAX_ID, f'{path}.{name}')
    if context.get('procMount', 'Default') not in ('Default', 'Unmasked'):
        found.append(field.not_supported(f'{path}.procMount', context['procMount'], ('Default', 'Unmasked')))
    _profile(context, 'seccompProfile', 'seccomp', path, found)
    if context.get('allowPrivilegeEscalation') is False:
        shown = internal(context, _FIELDS, _NESTED)
        if context.get('privileged'):
            found.append(field.invalid(path, shown, 'cannot set `allowPrivilegeEscalation` to false and '
                                                    '`privileged` to true'))
        if 'CAP_SYS_ADMIN' in ((context.get('capabilities') or {}).get('add') or ()):
            found.append(field.invalid(path, shown, 'cannot set `allowPrivilegeEscalation` to false and '
                                                    '`capabilities.Add` CAP_SYS_ADMIN'))
    _profile(context, 'appArmorProfile', 'AppArmor', path, found)


def validate_pod(spec: Object, path: str, found: list[FieldError]) -> None:
    """validatePodSpecSecurityContext; `path` is the spec's."""
    context = spec.get('securityContext') or {}
    here = f'{path}.securityContext'
    if spec.get('shareProcessNamespace') and spec.get('hostPID'):
        found.append(field.invalid(f'{here}.shareProcessNamespace', True,
                                   'ShareProcessNamespace and HostPID cannot both be enabled'))
    if not context:
        return
    for name in ('fsGroup', 'runAsUser', 'runAsGroup'):
        if name in context:
            found += in_range(context[name], 0, MAX_ID, f'{here}.{name}')
    for index, group in enumerate(context.get('supplementalGroups') or ()):
        found += in_range(group, 0, MAX_ID, f'{here}.supplementalGroups[{index}]')
    _sysctls(context, here, found)
    _one_of(context, 'fsGroupChangePolicy', ('Always', 'OnRootMismatch'), here, found)
    _profile(context, 'seccompProfile', 'seccomp', here, found)
    _profile(context, 'appArmorProfile', 'AppArmor', here, found)
    _one_of(context, 'supplementalGroupsPolicy', ('Merge', 'Strict'), here, found)
    _one_of(context, 'seLinuxChangePolicy', ('MountOption', 'Recursive'), here, found)


def _one_of(context: Object, name: str, allowed: tuple[str, ...], path: str, found: list[FieldError]) -> None:
    if name in context and context[name] not in allowed:
        found.append(field.not_supported(f'{path}.{name}', context[name], allowed))


def _sysctls(context: Object, path: str, found: list[FieldError]) -> None:
    seen: set[str] = set()
    for index, sysctl in enumerate(context.get('sysctls') or ()):
        name, here = sysctl.get('name', ''), f'{path}.sysctls[{index}].name'
        if not name:
            found.append(field.required(here))
        elif name in seen:
            found.append(field.duplicate(here, name))
        seen.add(name)


def _profile(context: Object, name: str, shown: str, path: str, found: list[FieldError]) -> None:
    """validateSeccompProfileField, ValidateAppArmorProfileField."""
    profile = context.get(name)
    if profile is None:
        return
    kind, here = profile.get('type'), f'{path}.{name}'
    if not kind:
        found.append(field.required(f'{here}.type', 'type is required when appArmorProfile is set'
                                    if name == 'appArmorProfile' else ''))
    elif kind not in ('Localhost', 'RuntimeDefault', 'Unconfined'):
        found.append(field.not_supported(f'{here}.type', kind, ('Localhost', 'RuntimeDefault', 'Unconfined')))
    elif kind == 'Localhost' and not profile.get('localhostProfile'):
        found.append(field.required(f'{here}.localhostProfile', f'must be set when {shown} type is Localhost'))
    elif kind != 'Localhost' and 'localhostProfile' in profile:
        found.append(field.invalid(f'{here}.localhostProfile', profile['localhostProfile'],
                                   f'can only be set when {shown} type is Localhost'))
