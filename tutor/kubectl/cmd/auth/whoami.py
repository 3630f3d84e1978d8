"""kubectl auth whoami."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.command import Command, Options
from tutor.kubectl.options import PRINT_FLAGS
from tutor.kubectl.printers.print_flags import output_format, printer_for
from tutor.kubectl.printers.tabwriter import new_table_writer

REVIEW = '/apis/authentication.k8s.io/v1/selfsubjectreviews'


class WhoAmIOptions(Options):
    async def run(self) -> None:
        body = {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'SelfSubjectReview'}
        review = self.factory.client.request('POST', REVIEW, body).body
        if output_format(self.factory):
            printer_for(self.factory, typed=True).print(review, self.out)
            return
        table = new_table_writer()
        table.write('ATTRIBUTE\tVALUE\n')
        for name, value in _attributes((review.get('status') or {}).get('userInfo') or {}):
            table.write(f'{name}\t{value}\n')
        self.out(table.flush())


def _attributes(user: Object) -> list[tuple[str, str]]:
    """printTableSelfSubjectAccessReview: only what there is."""
    found = [('Username', user.get('username', '')), ('UID', user.get('uid', ''))]
    if user.get('groups'):
        found.append(('Groups', f'[{" ".join(user["groups"])}]'))
    found += [(f'Extra: {key}', f'[{" ".join(values)}]') for key, values in sorted((user.get('extra') or {}).items())]
    return [(name, value) for name, value in found if value]


COMMAND = Command(
    usage='auth whoami',
    long="""
        Experimental: Check who you are and your attributes (groups, extra).

            This command is helpful to get yourself aware of the current user attributes,
            especially when dynamic authentication, e.g., token webhook, auth proxy, or OIDC provider,
            is enabled in the Kubernetes cluster.
        """,
    examples="""
        # Get your subject attributes
        kubectl auth whoami

        # Get your subject attributes in JSON format
        kubectl auth whoami -o json
        """,
    flags=PRINT_FLAGS,
    options=WhoAmIOptions,
)
