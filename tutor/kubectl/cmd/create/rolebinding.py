"""kubectl create rolebinding."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import ARRAY, Flag

GROUP = 'rbac.authorization.k8s.io'
BINDING_FLAGS = (
    *CREATE_FLAGS,
    Flag('group', default=(), kind=ARRAY, help='Groups to bind to the role. The flag can be repeated to add multiple '
         'groups.'),
    Flag('serviceaccount', default=(), kind=ARRAY, help='Service accounts to bind to the role, in the format '
         '<namespace>:<name>. The flag can be repeated to add multiple service accounts.'),
    Flag('user', default=(), kind=ARRAY, help='Usernames to bind to the role. The flag can be repeated to add '
         'multiple users.'),
)


class CreateRoleBinding(CreateObject):
    resource = f'rolebindings.{GROUP}'
    failure = 'failed to create rolebinding'
    kind = 'RoleBinding'

    def validate(self) -> None:
        super().validate()
        if bool(self.flags['clusterrole']) == bool(self.flags['role']):
            raise KubectlError('exactly one of clusterrole or role must be specified')

    def build(self) -> Object:
        obj: Object = {'apiVersion': f'{GROUP}/v1', 'kind': self.kind, 'metadata': self.metadata(),
                       'roleRef': self.role()}
        subjects = self.subjects()
        if subjects:
            obj['subjects'] = subjects
        return obj

    def role(self) -> Object:
        if self.flags.get('role'):
            return {'apiGroup': GROUP, 'kind': 'Role', 'name': self.flags['role']}
        return {'apiGroup': GROUP, 'kind': 'ClusterRole', 'name': self.flags['clusterrole']}

    def subjects(self) -> list[Object]:
        found: list[Object] = [{'apiGroup': GROUP, 'kind': 'User', 'name': name} for name in self.flags['user']]
        found += [{'apiGroup': GROUP, 'kind': 'Group', 'name': name} for name in self.flags['group']]
        for account in self.flags['serviceaccount']:
            parts = account.split(':')
            if len(parts) != 2 or not all(parts):
                raise KubectlError('serviceaccount must be <namespace>:<name>')
            found.append({'kind': 'ServiceAccount', 'name': parts[1], 'namespace': parts[0]})
        return found


COMMAND = Command(
    usage='create rolebinding NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] '
          '[--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
    long="""
        Create a role binding for a particular role or cluster role.
        """,
    examples="""
        # Create a role binding for user1, user2, and group1 using the admin cluster role
        kubectl create rolebinding admin --clusterrole=admin --user=user1 --user=user2 --group=group1

        # Create a role binding for service account monitoring:sa-dev using the admin role
        kubectl create rolebinding admin-binding --role=admin --serviceaccount=monitoring:sa-dev
        """,
    flags=(
        *BINDING_FLAGS,
        Flag('clusterrole', help='ClusterRole this RoleBinding should reference'),
        Flag('role', help='Role this RoleBinding should reference'),
    ),
    options=CreateRoleBinding,
)
