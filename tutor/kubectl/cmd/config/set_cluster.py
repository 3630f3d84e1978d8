"""kubectl config set-cluster."""

from __future__ import annotations

import base64
import posixpath

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.config.base import ConfigOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag

AUTHORITY = 'certificate-authority'


class SetClusterOptions(ConfigOptions):
    def complete(self) -> None:
        if len(self.args) != 1:
            raise self.refuse_arguments()

    def validate(self) -> None:
        if not self.args[0]:
            raise KubectlError('you must specify a non-empty cluster name')
        if self.flags['insecure-skip-tls-verify'] and self.flags[AUTHORITY]:
            raise KubectlError('you cannot specify a certificate authority and insecure mode at the same time')
        if self.flags['embed-certs']:
            path = self.flags[AUTHORITY]
            if not path:
                raise KubectlError(f'you must specify a --{AUTHORITY} to embed')
            if not self.factory.ctx.files.exists(self.factory.path(path)):
                raise KubectlError(f'could not stat {AUTHORITY} file {path}: stat {path}: no such file or directory')

    async def run(self) -> int:
        name = self.args[0]
        entry = dict(self.new.clusters.get(name) or {})
        for field in ('server', 'tls-server-name', 'proxy-url'):
            if self.flags.changed(field):
                entry[field] = self.flags[field]
        self._verification(entry)
        self.new.clusters[name] = {field: value for field, value in entry.items() if value}
        self.save()
        self.out(f'Cluster "{name}" set.\n')
        return 0

    def _verification(self, entry: Object) -> None:
        """How the server's certificate is checked; not at all and by an authority exclude each other."""
        if self.flags.changed('insecure-skip-tls-verify'):
            entry['insecure-skip-tls-verify'] = self.flags['insecure-skip-tls-verify']
            if entry['insecure-skip-tls-verify']:
                entry.pop(AUTHORITY, None)
                entry.pop(f'{AUTHORITY}-data', None)
        if not self.flags.changed(AUTHORITY):
            return
        path = self.flags[AUTHORITY]
        entry.pop(f'{AUTHORITY}-data', None)
        entry.pop(AUTHORITY, None)
        if self.flags['embed-certs']:
            entry[f'{AUTHORITY}-data'] = base64.b64encode(self.factory.read(path)).decode()
        elif path:
            entry[AUTHORITY] = posixpath.normpath(self.factory.path(path))
        if path:
            entry.pop('insecure-skip-tls-verify', None)


COMMAND = Command(
    usage='config set-cluster NAME [--server=server] [--certificate-authority=path/to/certificate/authority] '
          '[--insecure-skip-tls-verify=true] [--tls-server-name=example.com]',
    long="""
        Set a cluster entry in kubeconfig.

        Specifying a name that already exists will merge new fields on top of existing values for those fields.
        """,
    examples="""
        # Set only the server field on the e2e cluster entry without touching other values
        kubectl config set-cluster e2e --server=https://1.2.3.4

        # Embed certificate authority data for the e2e cluster entry
        kubectl config set-cluster e2e --embed-certs --certificate-authority=~/.kube/e2e/kubernetes.ca.crt

        # Disable cert checking for the e2e cluster entry
        kubectl config set-cluster e2e --insecure-skip-tls-verify=true

        # Set the custom TLS server name to use for validation for the e2e cluster entry
        kubectl config set-cluster e2e --tls-server-name=my-cluster-name

        # Set the proxy URL for the e2e cluster entry
        kubectl config set-cluster e2e --proxy-url=https://1.2.3.4
        """,
    flags=(
        Flag(AUTHORITY, help='Path to certificate-authority file for the cluster entry in kubeconfig'),
        Flag('embed-certs', default=False, bare='true', help='embed-certs for the cluster entry in kubeconfig'),
        Flag('insecure-skip-tls-verify', default=False, bare='true', help='insecure-skip-tls-verify for the cluster '
             'entry in kubeconfig'),
        Flag('proxy-url', help='proxy-url for the cluster entry in kubeconfig'),
        Flag('server', help='server for the cluster entry in kubeconfig'),
        Flag('tls-server-name', help='tls-server-name for the cluster entry in kubeconfig'),
    ),
    options=SetClusterOptions,
)
