"""kubectl set subject."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.set.base import SetOptions, set_flags
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import ARRAY, Flag

GROUP = 'rbac.authorization.k8s.io'


class SubjectOptions(SetOptions):
    operation = 'subjects updated'
    failure = 'failed to patch subjects to rolebinding: '

    def check(self) -> None:
        super().check()
        flags = self.flags
        if not flags['user'] and not flags['group'] and not flags['serviceaccount']:
            raise KubectlError('you must specify at least one value of user, group or serviceaccount')
        for word in flags['serviceaccount']:
            tokens = word.split(':')
            if len(tokens) != 2 or not tokens[1]:
                raise KubectlError('serviceaccount must be <namespace>:<name>')

    def change(self, obj: Object) -> None:
        """updateSubjectForObject: what is not there yet is added."""
        if obj.get('kind') not in ('RoleBinding', 'ClusterRoleBinding'):
            raise KubectlError('setting subjects is only supported for RoleBinding/ClusterRoleBinding')
        present = [_bare(subject) for subject in obj.get('subjects') or ()]
        added = [subject for subject in self._subjects() if _bare(subject) not in present]
        if added:
            obj['subjects'] = [*(obj.get('subjects') or ()), *added]

    def _subjects(self) -> list[Object]:
        found: list[Object] = []
        for kind in ('User', 'Group'):
            found += [{'kind': kind, 'apiGroup': GROUP, 'name': name} for name in sorted(set(self.flags[kind.lower()]))]
        for word in sorted(set(self.flags['serviceaccount'])):
            namespace, _, name = word.partition(':')
            found.append({'kind': 'ServiceAccount', 'namespace': namespace or self.namespace, 'name': name})
        return found


def _bare(subject: Object) -> tuple[str, str, str]:
    return subject.get('kind', ''), subject.get('name', ''), subject.get('namespace', '')


COMMAND = Command(
    usage='set subject (-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] '
          '[--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
    long='Update the user, group, or service account in a role binding or cluster role binding.',
    examples="""
        # Update a cluster role binding for serviceaccount1
        kubectl set subject clusterrolebinding admin --serviceaccount=namespace:serviceaccount1

        # Update a role binding for user1, user2, and group1
        kubectl set subject rolebinding admin --user=user1 --user=user2 --group=group1

        # Print the result (in YAML format) of updating rolebinding subjects from a local, without hitting the server
        kubectl create rolebinding admin --role=admin --user=admin -o yaml --dry-run=client | kubectl set subject --local -f - --user=foo -o yaml
        """,  # noqa: E501
    flags=(
        *set_flags('set subject', 'the resource to update the subjects'),
        Flag('group', default=(), kind=ARRAY, help='Groups to bind to the role'),
        Flag('serviceaccount', default=(), kind=ARRAY, help='Service accounts to bind to the role'),
        Flag('user', default=(), kind=ARRAY, help='Usernames to bind to the role'),
    ),
    options=SubjectOptions,
)
