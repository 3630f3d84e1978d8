"""kubectl config set."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from tutor.kubectl.cmd.config.base import ConfigOptions
from tutor.kubectl.cmd.config.properties import BOOLEAN, BYTES, LIST, OTHER, Property
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag


class SetOptions(ConfigOptions):
    def complete(self) -> None:
        if len(self.args) != 2:
            raise self.refuse_arguments()

    def validate(self) -> None:
        if not self.args[0]:
            raise KubectlError('you must specify a property')

    async def run(self) -> int:
        name, text = self.args
        target = Property(name)
        target.assign(self.new, self._value(target, text))
        self.save()
        self.out(f'Property "{name}" set.\n')
        return 0

    def _value(self, target: Property, text: str) -> Any:
        if target.kind == BOOLEAN:
            if text not in ('true', 'false'):
                raise KubectlError(f'strconv.ParseBool: parsing "{text}": invalid syntax')
            return text == 'true'
        if target.kind == BYTES:
            return self._bytes(text)
        if target.kind == LIST:
            return text.split(',')
        if target.kind == OTHER and target.field:
            raise target.unparsed()
        return text

    def _bytes(self, text: str) -> str:
        if self.flags['set-raw-bytes']:
            return base64.b64encode(text.encode()).decode()
        try:
            base64.b64decode(text, validate=True)
        except binascii.Error:
            raise KubectlError('error decoding input value: illegal base64 data at input byte 0') from None
        return text


COMMAND = Command(
    usage='config set PROPERTY_NAME PROPERTY_VALUE',
    long="""
        Set an individual value in a kubeconfig file.

        PROPERTY_NAME is a dot delimited name where each token represents either an attribute name or a map key.  Map keys may not contain dots.

        PROPERTY_VALUE is the new value you want to set. Binary fields such as 'certificate-authority-data' expect a base64 encoded string unless the --set-raw-bytes flag is used.

        Specifying an attribute name that already exists will merge new fields on top of existing values.
        """,  # noqa: E501
    examples="""
        # Set the server field on the my-cluster cluster to https://1.2.3.4
        kubectl config set clusters.my-cluster.server https://1.2.3.4

        # Set the certificate-authority-data field on the my-cluster cluster
        kubectl config set clusters.my-cluster.certificate-authority-data $(echo "cert_data_here" | base64 -i -)

        # Set the cluster field in the my-context context to my-cluster
        kubectl config set contexts.my-context.cluster my-cluster

        # Set the client-key-data field in the cluster-admin user using --set-raw-bytes option
        kubectl config set users.cluster-admin.client-key-data cert_data_here --set-raw-bytes=true
        """,
    flags=(Flag('set-raw-bytes', default=False, bare='true', help='When writing a []byte PROPERTY_VALUE, write the '
                'given string directly without base64 decoding.'),),
    options=SetOptions,
)
