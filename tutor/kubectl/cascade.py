"""--cascade: what happens to what an object owns (parseCascadingFlag), and the other flags of deletion."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.shell.pflag import DURATION, Flag, FlagSet

CASCADE_FLAG = Flag('cascade', default='background', bare='background', help='Must be "background", "orphan", or '
                    '"foreground". Selects the deletion cascading strategy for the dependents (e.g. Pods created by a '
                    'ReplicationController). Defaults to background.')
FORCE_FLAG = Flag('force', default=False, help='If true, immediately remove resources from API and bypass graceful '
                  'deletion. Note that immediate deletion of some resources may result in inconsistency or data loss '
                  'and requires confirmation.')
GRACE_PERIOD_FLAG = Flag('grace-period', default=-1, help='Period of time in seconds given to the resource to '
                         'terminate gracefully. Ignored if negative. Set to 1 for immediate shutdown. Can only be set '
                         'to 0 when --force is true (force deletion).')
TIMEOUT_FLAG = Flag('timeout', default=0.0, kind=DURATION, help='The length of time to wait before giving up on a '
                    'delete, zero means determine a timeout from the size of the object')


def wait_flag(default: bool) -> Flag:
    return Flag('wait', default=default, help='If true, wait for resources to be gone before returning. This waits '
                'for finalizers.')


POLICIES = {'background': 'Background', 'foreground': 'Foreground', 'orphan': 'Orphan'}


def propagation_policy(factory: Factory, flags: FlagSet) -> str:
    """'Background', 'Foreground' or 'Orphan'; old forms of the flag get a warning."""
    value = flags['cascade']
    if value in POLICIES:
        return POLICIES[value]
    if value in ('1', 't', 'T', 'TRUE', 'true', 'True'):
        meant = 'background'
    elif value in ('0', 'f', 'F', 'FALSE', 'false', 'False'):
        meant = 'orphan'
    else:
        raise KubectlError(f'invalid cascade value ({value}). Must be "background", "foreground", or "orphan"')
    factory.io.stderr.write(f'warning: --cascade={value} is deprecated (boolean value) and can be replaced with '
                            f'--cascade={meant}.\n')
    return POLICIES[meant]


def delete_options(policy: str, grace_period: int = -1) -> Object:
    """The body of a DELETE."""
    options: Object = {'apiVersion': 'v1', 'kind': 'DeleteOptions', 'propagationPolicy': policy}
    if grace_period >= 0:
        options['gracePeriodSeconds'] = grace_period
    return options
