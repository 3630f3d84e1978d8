"""Which admission plugins are on: those that are by default, and what --enable-admission-plugins and
--disable-admission-plugins say (AdmissionOptions.enabledPluginNames)."""

from __future__ import annotations

from collections.abc import Mapping

ENABLE, DISABLE = 'enable-admission-plugins', 'disable-admission-plugins'
_DEFAULT = """
NamespaceLifecycle LimitRanger ServiceAccount TaintNodesByCondition PodSecurity Priority DefaultTolerationSeconds
DefaultStorageClass StorageObjectInUseProtection PersistentVolumeClaimResize RuntimeClass CertificateApproval
CertificateSigning ClusterTrustBundleAttest CertificateSubjectRestriction DefaultIngressClass PodTopologyLabels
MutatingAdmissionPolicy MutatingAdmissionWebhook ValidatingAdmissionPolicy ValidatingAdmissionWebhook ResourceQuota
"""
DEFAULT = frozenset(_DEFAULT.split())
OPTIONAL = frozenset({'NodeRestriction', 'NamespaceAutoProvision', 'NamespaceExists', 'AlwaysPullImages',
                      'DenyServiceExternalIPs', 'ImagePolicyWebhook', 'AlwaysAdmit'})
"""Those that are here besides. Of the last and of NamespaceExists nothing is seen that others do not do already."""
NOT_HERE = frozenset({
    'AlwaysDeny', 'EventRateLimit', 'ExtendedResourceToleration', 'LimitPodHardAntiAffinityTopology',
    'OwnerReferencesPermissionEnforcement', 'PodNodeSelector',
    'PodTolerationRestriction'})
ALL = DEFAULT | OPTIONAL | NOT_HERE
USUAL = DEFAULT | {'NodeRestriction'}
"""What a cluster of kubeadm has."""


class UnknownPlugin(Exception):
    """Flags that the API server does not start with; the text is the program's, or ours for what is not simulated."""


def chosen(flags: Mapping[str, str]) -> frozenset[str]:
    """The names of the plugins that are on. Raises UnknownPlugin."""
    wanted, unwanted = (_names(flags, flag) for flag in (ENABLE, DISABLE))
    problems = [f'{flag} plugin "{name}" is unknown' for flag, names in ((ENABLE, wanted), (DISABLE, unwanted))
                for name in names if name not in ALL]
    problems += [f'{name} in enable-admission-plugins and disable-admission-plugins overlapped'
                 for name in wanted if name in unwanted]
    if problems:
        raise UnknownPlugin(problems[0] if len(problems) == 1 else f'[{", ".join(problems)}]')
    missing = [name for name in wanted if name in NOT_HERE]
    if missing:
        raise UnknownPlugin(f'error: the admission plugin {missing[0]} is not simulated here')
    return (DEFAULT - frozenset(unwanted)) | frozenset(wanted)


def _names(flags: Mapping[str, str], flag: str) -> list[str]:
    return [name for name in flags.get(flag, '').split(',') if name]
