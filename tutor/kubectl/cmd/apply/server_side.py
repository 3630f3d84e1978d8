"""kubectl apply --server-side: the server merges, and knows who manages which field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.transport import APPLY_PATCH
from tutor.kubectl.annotation import LAST_APPLIED
from tutor.kubectl.cmd.apply.migration import migrate, save_last_applied
from tutor.kubectl.errors import ERRORS, KubectlError, error_text
from tutor.kubectl.resource.info import Info

if TYPE_CHECKING:
    from tutor.kubectl.cmd.apply import ApplyOptions

CONFLICT_HELP = """\
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts"""

NOT_FATAL = 'This is non-fatal and will be retried next time you apply. Error: {}\n'
NOT_SAVED = f'Warning: failed to migrate {LAST_APPLIED} for Server-Side Apply. {NOT_FATAL}'
NOT_MIGRATED = f'Warning: server rejected managed fields migration to Server-Side Apply. {NOT_FATAL}'
NOT_REAPPLIED = ('Warning: failed to re-apply configuration after performing Server-Side Apply migration. '
                 f'{NOT_FATAL}')


def apply_on_server(options: ApplyOptions, info: Info) -> None:
    """Send the whole object as it stands in the file."""
    query = {**options.query(), 'force': 'true' if options.flags['force-conflicts'] else 'false'}
    info.subresource = options.flags['subresource']
    obj = info.object
    try:
        info.patch(obj, APPLY_PATCH, **query)
    except StatusError as error:
        if error.reason == 'Conflict':
            raise KubectlError(f'{error.message}\n{CONFLICT_HELP}') from None
        raise
    _take_over(options, info, obj, query)
    options.warn_if_deleting(info)


def _take_over(options: ApplyOptions, info: Info, obj: Object, query: dict[str, str]) -> None:
    """What was applied on the client's side goes over to the server's; the configuration is then applied anew, so that
    fields it has dropped go. Failures are warnings."""
    plain = options.query()
    try:
        warning = NOT_SAVED
        save_last_applied(info, options.manager, plain)
        warning = NOT_MIGRATED
        if migrate(info, options.manager, plain):
            warning = NOT_REAPPLIED
            info.patch(obj, APPLY_PATCH, **query)
    except ERRORS as error:
        options.err(warning.format(error_text(error)))
