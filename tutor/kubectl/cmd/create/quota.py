"""kubectl create quota."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.amounts import resource_list
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.shell.pflag import Flag


class CreateQuota(CreateObject):
    resource = 'resourcequotas'
    failure = 'failed to create quota'

    def build(self) -> Object:
        spec: Object = {}
        hard = resource_list(self.flags['hard'])
        if hard:
            spec['hard'] = hard
        scopes = [scope for scope in self.flags['scopes'].split(',') if scope] if self.flags['scopes'] else []
        if scopes:
            spec['scopes'] = list(dict.fromkeys(scopes))
        return {'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': self.metadata(), 'spec': spec, 'status': {}}


COMMAND = Command(
    usage='create quota NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] '
          '[--dry-run=server|client|none]',
    long="""
        Create a resource quota with the specified name, hard limits, and optional scopes.
        """,
    examples="""
        # Create a new resource quota named my-quota
        kubectl create quota my-quota --hard=cpu=1,memory=1G,pods=2,services=3,replicationcontrollers=2,resourcequotas=1,secrets=5,persistentvolumeclaims=10

        # Create a new resource quota named best-effort
        kubectl create quota best-effort --hard=pods=100 --scopes=BestEffort
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *CREATE_FLAGS,
        Flag('hard', help='A comma-delimited set of resource=quantity pairs that define a hard limit.'),
        Flag('scopes', help='A comma-delimited set of quota scopes that must all match each object tracked by the '
             'quota.'),
    ),
    options=CreateQuota,
)
