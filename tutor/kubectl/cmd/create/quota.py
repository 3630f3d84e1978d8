"""kubectl create quota."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import QuantityError, canonical
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
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


def resource_list(text: str) -> dict[str, str]:
    """populateResourceListV1: 'cpu=1,pods=3'."""
    found: dict[str, str] = {}
    if not text:
        return found
    for statement in text.split(','):
        parts = statement.split('=')
        if len(parts) != 2:
            raise KubectlError(f'Invalid argument syntax {statement}, expected <resource>=<value>')
        try:
            found[parts[0]] = canonical(parts[1])
        except QuantityError as error:
            raise KubectlError(str(error)) from None
    return found


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
