"""Security contexts of pods and containers."""

from __future__ import annotations

import re

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.metadata import in_range
from tutor.cluster.registry.podspec import windows
from tutor.cluster.registry.podspec.volumes import descending_path

MAX_ID = 2**31 - 1
_PROFILES = ('Localhost', 'RuntimeDefault', 'Unconfined')
_SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
_SYSCTL = rf'({_SYSCTL_SEGMENT}[\./])*{_SYSCTL_SEGMENT}'
_SYSCTL_LENGTH = 253
_is_sysctl = re.compile(_SYSCTL).fullmatch
_IPC_SYSCTLS = ('kernel.sem', 'kernel.shm', 'kernel.msg', 'fs.mqueue.')
_FIELDS = ('Capabilities Privileged SELinuxOptions WindowsOptions RunAsUser RunAsGroup RunAsNonRoot '
           'ReadOnlyRootFilesystem AllowPrivilegeEscalation ProcMount SeccompProfile AppArmorProfile')
_NESTED = {'Capabilities': 'Add Drop', 'SeccompProfile': 'Type LocalhostProfile',
           'AppArmorProfile': 'Type LocalhostProfile', 'SELinuxOptions': 'User Role Type Level'}


def validate_container(context: Object, host_users: bool, path: str, found: list[FieldError]) -> None:
    """ValidateSecurityContext; `host_users`: whether the pod has the node's users."""
    for name in ('runAsUser', 'runAsGroup'):
        if name in context:
            found += in_range(context[name], 0, MAX_ID, f'{path}.{name}')
    mount = context.get('procMount', 'Default')
    if mount not in ('Default', 'Unmasked'):
        found.append(field.not_supported(f'{path}.procMount', mount, ('Default', 'Unmasked')))
    elif mount == 'Unmasked' and host_users:
        found.append(field.invalid(f'{path}.procMount', mount, '`hostUsers` must be false to use `Unmasked`'))
    _seccomp(context, path, found)
    if context.get('allowPrivilegeEscalation') is False:
        shown = internal(context, _FIELDS, _NESTED)
        if context.get('privileged'):
            found.append(field.invalid(path, shown, 'cannot set `allowPrivilegeEscalation` to false and '
                                                    '`privileged` to true'))
        if 'CAP_SYS_ADMIN' in ((context.get('capabilities') or {}).get('add') or ()):
            found.append(field.invalid(path, shown, 'cannot set `allowPrivilegeEscalation` to false and '
                                                    '`capabilities.Add` CAP_SYS_ADMIN'))
    windows.validate_options(context.get('windowsOptions') or {}, f'{path}.windowsOptions', found)
    _app_armor(context, path, found)


def validate_pod(spec: Object, path: str, found: list[FieldError]) -> None:
    """validatePodSpecSecurityContext; `path` is the spec's."""
    context = spec.get('securityContext') or {}
    here = f'{path}.securityContext'
    for name in ('fsGroup', 'runAsUser', 'runAsGroup'):
        if name in context:
            found += in_range(context[name], 0, MAX_ID, f'{here}.{name}')
    for index, group in enumerate(context.get('supplementalGroups') or ()):
        found += in_range(group, 0, MAX_ID, f'{here}.supplementalGroups[{index}]')
    if spec.get('shareProcessNamespace') and spec.get('hostPID'):
        found.append(field.invalid(f'{here}.shareProcessNamespace', True,
                                   'ShareProcessNamespace and HostPID cannot both be enabled'))
    if not context:
        return
    _sysctls(context, spec, here, found)
    _one_of(context, 'fsGroupChangePolicy', ('Always', 'OnRootMismatch'), here, found)
    _seccomp(context, here, found)
    windows.validate_options(context.get('windowsOptions') or {}, f'{here}.windowsOptions', found)
    _app_armor(context, here, found)
    _one_of(context, 'supplementalGroupsPolicy', ('Merge', 'Strict'), here, found)
    _one_of(context, 'seLinuxChangePolicy', ('MountOption', 'Recursive'), here, found)


def validate_host_users(spec: Object, path: str, found: list[FieldError]) -> None:
    """validateHostUsers: a pod with users of its own shares nothing else with its node."""
    if spec.get('hostUsers') is not False:
        return
    found += [field.forbidden(f'{path}.{shown}', 'when `pod.Spec.HostUsers` is false')
              for name, shown in (('hostNetwork', 'hostNetwork'), ('hostPID', 'HostPID'), ('hostIPC', 'HostIPC'))
              if spec.get(name)]


def _one_of(context: Object, name: str, allowed: tuple[str, ...], path: str, found: list[FieldError]) -> None:
    if name in context and context[name] not in allowed:
        found.append(field.not_supported(f'{path}.{name}', context[name], allowed))


def _sysctls(context: Object, spec: Object, path: str, found: list[FieldError]) -> None:
    """validateSysctls."""
    seen: set[str] = set()
    for index, sysctl in enumerate(context.get('sysctls') or ()):
        name, here = sysctl.get('name', ''), f'{path}.sysctls[{index}].name'
        if not name:
            found.append(field.required(here))
        elif len(name) > _SYSCTL_LENGTH or not _is_sysctl(name):
            found.append(field.invalid(here, name, f'must have at most {_SYSCTL_LENGTH} characters and match regex '
                                                   f'^{_SYSCTL}$'))
        elif name in seen:
            found.append(field.duplicate(here, name))
        dotted = name.replace('/', '.')
        if spec.get('hostNetwork') and dotted.startswith('net.'):
            found.append(field.invalid(here, name, "may not be specified when 'hostNetwork' is true"))
        elif spec.get('hostIPC') and dotted.startswith(_IPC_SYSCTLS):
            found.append(field.invalid(here, name, "may not be specified when 'hostIPC' is true"))
        seen.add(name)


def _seccomp(context: Object, path: str, found: list[FieldError]) -> None:
    """validateSeccompProfileField."""
    profile = context.get('seccompProfile')
    if profile is None:
        return
    kind, here, local = profile.get('type', ''), f'{path}.seccompProfile', profile.get('localhostProfile')
    _profile_type(kind, 'seccompProfile', here, found)
    if kind == 'Localhost':
        if local is None:
            found.append(field.required(f'{here}.localhostProfile', 'must be set when seccomp type is Localhost'))
        else:
            descending_path(local, f'{here}.localhostProfile', found)
    elif local is not None:
        found.append(field.invalid(f'{here}.localhostProfile', {'Type': kind, 'LocalhostProfile': local},
                                   'can only be set when seccomp type is Localhost'))


def _app_armor(context: Object, path: str, found: list[FieldError]) -> None:
    """ValidateAppArmorProfileField."""
    profile = context.get('appArmorProfile')
    if profile is None:
        return
    kind, here, local = profile.get('type', ''), f'{path}.appArmorProfile', profile.get('localhostProfile')
    if kind == 'Localhost':
        if not (local or '').strip():
            found.append(field.required(f'{here}.localhostProfile', 'must be set when AppArmor type is Localhost'))
        elif local != local.strip():
            found.append(field.invalid(f'{here}.localhostProfile', local, 'must not be padded with whitespace'))
        if len(local or '') > 4095:
            found.append(field.too_long(f'{here}.localhostProfile', 4095))
    elif local is not None and kind in _PROFILES:
        found.append(field.invalid(f'{here}.localhostProfile', local,
                                   'can only be set when AppArmor type is Localhost'))
    _profile_type(kind, 'appArmorProfile', here, found)


def _profile_type(kind: str, name: str, path: str, found: list[FieldError]) -> None:
    if not kind:
        found.append(field.required(f'{path}.type', f'type is required when {name} is set'))
    elif kind not in _PROFILES:
        found.append(field.not_supported(f'{path}.type', kind, _PROFILES))
