"""kubectl create clusterrolebinding."""

from __future__ import annotations

from dataclasses import replace

from tutor.kubectl.cmd.create.rolebinding import BINDING_FLAGS, GROUP, CreateRoleBinding
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag


class CreateClusterRoleBinding(CreateRoleBinding):
    resource = f'clusterrolebindings.{GROUP}'
    failure = 'failed to create clusterrolebinding'
    kind = 'ClusterRoleBinding'
    namespaced = False

    def validate(self) -> None:
        if not self.name:
            raise KubectlError('name must be specified')


COMMAND = Command(
    usage='create clusterrolebinding NAME --clusterrole=NAME [--user=username] [--group=groupname] '
          '[--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
    long="""
        Create a cluster role binding for a particular cluster role.
        """,
    examples="""
        # Create a cluster role binding for user1, user2, and group1 using the cluster-admin cluster role
        kubectl create clusterrolebinding cluster-admin --clusterrole=cluster-admin --user=user1 --user=user2 --group=group1
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *(replace(flag, help=flag.help.replace('the role', 'the clusterrole')) for flag in BINDING_FLAGS),
        Flag('clusterrole', help='ClusterRole this ClusterRoleBinding should reference'),
    ),
    required=('clusterrole',),
    options=CreateClusterRoleBinding,
)
