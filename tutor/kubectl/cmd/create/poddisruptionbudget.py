"""kubectl create poddisruptionbudget."""

from __future__ import annotations

import re

from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import SelectorError
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.intstr import int_or_string
from tutor.kubectl.label_selector import parse_label_selector
from tutor.shell.pflag import Flag

_AMOUNT = re.compile(r'[0-9]+%?').fullmatch


class CreatePodDisruptionBudget(CreateObject):
    resource = 'poddisruptionbudgets.policy'
    failure = 'failed to create poddisruptionbudgets'

    def validate(self) -> None:
        super().validate()
        flags = self.flags
        if not flags['selector']:
            raise KubectlError('a selector must be specified')
        if not flags['max-unavailable'] and not flags['min-available']:
            raise KubectlError('one of min-available or max-unavailable must be specified')
        if flags['max-unavailable'] and flags['min-available']:
            raise KubectlError('min-available and max-unavailable cannot be both specified')
        for name in ('min-available', 'max-unavailable'):
            if flags[name] and not _AMOUNT(flags[name]):
                raise KubectlError(f'invalid format specified for {name}')

    def build(self) -> Object:
        try:
            selector = parse_label_selector(self.flags['selector'])
        except SelectorError as error:
            raise KubectlError(str(error)) from None
        spec: Object = {'selector': selector}
        for name, flag in (('minAvailable', 'min-available'), ('maxUnavailable', 'max-unavailable')):
            if self.flags[flag]:
                spec[name] = int_or_string(self.flags[flag])
        status = {'disruptionsAllowed': 0, 'currentHealthy': 0, 'desiredHealthy': 0, 'expectedPods': 0}
        return {'apiVersion': 'policy/v1', 'kind': 'PodDisruptionBudget', 'metadata': self.metadata(), 'spec': spec,
                'status': status}


COMMAND = Command(
    usage='create poddisruptionbudget NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none]',
    long="""
        Create a pod disruption budget with the specified name, selector, and desired minimum available pods.
        """,
    examples="""
        # Create a pod disruption budget named my-pdb that will select all pods with the app=rails label
        # and require at least one of them being available at any point in time
        kubectl create poddisruptionbudget my-pdb --selector=app=rails --min-available=1

        # Create a pod disruption budget named my-pdb that will select all pods with the app=nginx label
        # and require at least half of the pods selected to be available at any point in time
        kubectl create pdb my-pdb --selector=app=nginx --min-available=50%
        """,
    flags=(
        *CREATE_FLAGS,
        Flag('max-unavailable', help='The maximum number or percentage of unavailable pods this budget requires.'),
        Flag('min-available', help='The minimum number or percentage of available pods this budget requires.'),
        Flag('selector', help='A label selector to use for this budget. Only equality-based selector requirements are '
             'supported.'),
    ),
    options=CreatePodDisruptionBudget,
)
