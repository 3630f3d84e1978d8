"""--dry-run: what a command does instead of changing anything (cmdutil.GetDryRunStrategy)."""

from __future__ import annotations

from typing import Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.klog import log_warning
from tutor.shell.pflag import FlagSet

NONE, CLIENT, SERVER = 'none', 'client', 'server'


def dry_run_strategy(factory: Factory, flags: FlagSet) -> str:
    """'none', 'client' or 'server'; old forms of the flag get a warning."""
    value = flags.get('dry-run', NONE)
    if value == 'unchanged':
        log_warning(factory, 'helpers.go:735', '--dry-run is deprecated and can be replaced with --dry-run=client.')
        return CLIENT
    if value in (NONE, CLIENT, SERVER):
        return value
    if value in ('1', 't', 'T', 'TRUE', 'true', 'True'):
        meant = CLIENT
    elif value in ('0', 'f', 'F', 'FALSE', 'false', 'False'):
        meant = NONE
    else:
        raise KubectlError(f'Invalid dry-run value ({value}). Must be "none", "server", or "client".')
    log_warning(factory, 'helpers.go:752', f'--dry-run={value} is deprecated (boolean value) and can be replaced with '
                f'--dry-run={meant}.')
    return meant


def query_for(strategy: str, **more: Any) -> dict[str, Any]:
    """The query parameters of a write: dryRun, and those others that have a value."""
    found = {name: value for name, value in more.items() if value}
    if strategy == SERVER:
        found['dryRun'] = 'All'
    return found


def validation_directive(flags: FlagSet) -> str:
    """cmdutil.GetValidationDirective: 'Strict', 'Warn' or 'Ignore'."""
    value = flags.get('validate', 'ignore')
    match value:
        case 'strict' | 'true' | '1' | 't' | 'T' | 'TRUE' | 'True':
            return 'Strict'
        case 'warn':
            return 'Warn'
        case 'ignore' | 'false' | '0' | 'f' | 'F' | 'FALSE' | 'False':
            return 'Ignore'
    raise KubectlError(f'invalid - validate option {value!r}; must be one of: strict (or true), warn, ignore (or '
                       'false)'.replace("'", '"'))
