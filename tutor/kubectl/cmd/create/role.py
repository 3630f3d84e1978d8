"""kubectl create role."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError, NoMatch
from tutor.shell.pflag import ARRAY, Flag

RESOURCE_VERBS = ('*', 'get', 'delete', 'list', 'create', 'update', 'patch', 'watch', 'proxy', 'deletecollection',
                  'use', 'bind', 'approve', 'sign', 'escalate', 'impersonate')
_SIGNERS = (('signers', 'certificates.k8s.io'),)
_ROLES = (('roles', 'rbac.authorization.k8s.io'), ('clusterroles', 'rbac.authorization.k8s.io'))
SPECIAL_VERBS = {
    'use': (('podsecuritypolicies', 'policy'), ('podsecuritypolicies', 'extensions')),
    'bind': _ROLES,
    'escalate': _ROLES,
    'impersonate': (('users', ''), ('serviceaccounts', ''), ('groups', ''), ('userextras', 'authentication.k8s.io')),
    'approve': _SIGNERS,
    'sign': _SIGNERS,
}
"""Verbs that only some resources have."""

ROLE_FLAGS = (
    *CREATE_FLAGS,
    Flag('resource', default=(), help='Resource that the rule applies to'),
    Flag('resource-name', default=(), kind=ARRAY, help='Resource in the white list that the rule applies to, repeat '
         'this flag for multiple items'),
    Flag('verb', default=(), help='Verb that applies to the resources contained in the rule'),
)


@dataclass(frozen=True, slots=True)
class Target:
    """What one value of --resource names: 'deployments.apps/scale'."""

    resource: str
    group: str
    subresource: str


def targets(values: tuple[str, ...]) -> list[Target]:
    found: list[Target] = []
    for value in values:
        path, _, subresource = value.partition('/')
        resource, _, group = path.partition('.')
        if value == '*':
            return [Target('*', '', '')]
        found.append(Target(resource, group, subresource))
    return found


class CreateRole(CreateObject):
    resource = 'roles.rbac.authorization.k8s.io'
    kind = 'Role'

    def complete(self) -> None:
        super().complete()
        verbs = list(dict.fromkeys(self.flags['verb']))
        self.verbs = ['*'] if '*' in verbs else verbs
        self.targets = targets(self.flags['resource'])
        self.resource_names = list(dict.fromkeys(self.flags['resource-name']))

    def validate(self) -> None:
        super().validate()
        if not self.verbs:
            raise KubectlError('at least one verb must be specified')
        self.warn_about_verbs()
        if not self.targets:
            raise KubectlError('at least one resource must be specified')
        self.check_targets()

    def warn_about_verbs(self) -> None:
        for verb in self.verbs:
            if verb not in RESOURCE_VERBS:
                self.err(f"Warning: '{verb}' is not a standard resource verb\n")

    def check_targets(self) -> None:
        """validateResource."""
        for target in self.targets:
            if not target.resource:
                raise KubectlError('resource must be specified if apiGroup/subresource specified')
            if target.resource == '*':
                return
            self._check_target(target)

    def _check_target(self, target: Target) -> None:
        missing: Exception | None = None
        try:
            resource, group = self._known(target)
        except (KubectlError, StatusError) as error:
            missing, resource, group = error, target.resource, target.group
        for verb in self.verbs:
            special = SPECIAL_VERBS.get(verb)
            if special is None:
                continue
            if (resource, group) not in special:
                raise KubectlError(f"can not perform '{verb}' on '{resource}' in group '{group}'")
            missing = None
        if missing is not None:
            raise missing

    def lookup(self, target: Target) -> tuple[str, str] | None:
        """The plural and group that the server knows it by."""
        try:
            return self._known(target)
        except (KubectlError, StatusError):
            return None

    def _known(self, target: Target) -> tuple[str, str]:
        found = self.factory.mapper.kind_for(f'{target.resource}.{target.group}' if target.group else target.resource)
        if target.group and not found.group.startswith(target.group):
            raise NoMatch(target.resource, target.group)
        return found.plural, found.group

    def rules(self) -> list[Object]:
        """generateResourcePolicyRules: one rule for each group."""
        by_group: dict[str, list[str]] = {}
        for target in self.targets:
            resource, group = self.lookup(target) or (target.resource, target.group)
            name = f'{resource}/{target.subresource}' if target.subresource else resource
            names = by_group.setdefault(group, [])
            if name not in names:
                names.append(name)
        rules = []
        for group in sorted(by_group):
            rule: Object = {'verbs': self.verbs, 'apiGroups': [group], 'resources': by_group[group]}
            if self.resource_names:
                rule['resourceNames'] = self.resource_names
            rules.append(rule)
        return rules

    def build(self) -> Object:
        return {'apiVersion': 'rbac.authorization.k8s.io/v1', 'kind': self.kind, 'metadata': self.metadata(),
                'rules': self.rules()}


COMMAND = Command(
    usage='create role NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] '
          '[--dry-run=server|client|none]',
    long="""
        Create a role with single rule.
        """,
    examples="""
        # Create a role named "pod-reader" that allows user to perform "get", "watch" and "list" on pods
        kubectl create role pod-reader --verb=get --verb=list --verb=watch --resource=pods

        # Create a role named "pod-reader" with ResourceName specified
        kubectl create role pod-reader --verb=get --resource=pods --resource-name=readablepod --resource-name=anotherpod

        # Create a role named "foo" with API Group specified
        kubectl create role foo --verb=get,list,watch --resource=rs.apps

        # Create a role named "foo" with SubResource specified
        kubectl create role foo --verb=get,list,watch --resource=pods,pods/status
        """,
    flags=ROLE_FLAGS,
    options=CreateRole,
)
