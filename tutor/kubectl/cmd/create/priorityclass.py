"""kubectl create priorityclass."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.shell.pflag import INT32, Flag


class CreatePriorityClass(CreateObject):
    resource = 'priorityclasses.scheduling.k8s.io'
    failure = 'failed to create priorityclass'
    namespaced = False

    def build(self) -> Object:
        flags = self.flags
        obj: Object = {'apiVersion': 'scheduling.k8s.io/v1', 'kind': 'PriorityClass', 'metadata': {'name': self.name},
                       'value': flags['value'], 'preemptionPolicy': flags['preemption-policy']}
        if flags['global-default']:
            obj['globalDefault'] = True
        if flags['description']:
            obj['description'] = flags['description']
        return obj


COMMAND = Command(
    usage='create priorityclass NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none]',
    long="""
        Create a priority class with the specified name, value, globalDefault and description.
        """,
    examples="""
        # Create a priority class named high-priority
        kubectl create priorityclass high-priority --value=1000 --description="high priority"

        # Create a priority class named default-priority that is considered as the global default priority
        kubectl create priorityclass default-priority --value=1000 --global-default=true --description="default priority"

        # Create a priority class named high-priority that cannot preempt pods with lower priority
        kubectl create priorityclass high-priority --value=1000 --description="high priority" --preemption-policy="Never"
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *CREATE_FLAGS,
        Flag('description', help='description is an arbitrary string that usually provides guidelines on when this '
             'priority class should be used.'),
        Flag('global-default', default=False, help='global-default specifies whether this PriorityClass should be '
             'considered as the default priority.'),
        Flag('preemption-policy', default='PreemptLowerPriority', help='preemption-policy is the policy for preempting '
             'pods with lower priority.'),
        Flag('value', default=0, kind=INT32, help='the value of this priority class.'),
    ),
    options=CreatePriorityClass,
)
