"""kubectl apply --server-side: the server merges, and knows who manages which field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.client.transport import APPLY_PATCH
from tutor.kubectl.errors import KubectlError
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


def apply_on_server(options: ApplyOptions, info: Info) -> None:
    """Send the whole object as it stands in the file."""
    query = {**options.query(), 'force': 'true' if options.flags['force-conflicts'] else 'false'}
    info.subresource = options.flags['subresource']
    obj = info.object
    if obj.get('metadata', {}).get('managedFields') is not None:
        obj = {**obj, 'metadata': {key: value for key, value in obj['metadata'].items() if key != 'managedFields'}}
    try:
        info.patch(obj, APPLY_PATCH, **query)
    except StatusError as error:
        if error.reason == 'Conflict':
            raise KubectlError(f'{error.message}\n{CONFLICT_HELP}') from None
        raise
    options.warn_if_deleting(info)
