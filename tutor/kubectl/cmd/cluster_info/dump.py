"""kubectl cluster-info dump."""

from __future__ import annotations

import os
import posixpath
from errno import ENOTDIR

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.exec import pod_running_timeout
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import TEMPLATE_FLAGS
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.files import items
from tutor.shell.pflag import Flag

RESOURCES = (('events', 'EventList', 'v1'), ('replicationcontrollers', 'ReplicationControllerList', 'v1'),
             ('services', 'ServiceList', 'v1'), ('daemonsets.apps', 'DaemonSetList', 'apps/v1'),
             ('deployments.apps', 'DeploymentList', 'apps/v1'), ('replicasets.apps', 'ReplicaSetList', 'apps/v1'),
             ('pods', 'PodList', 'v1'))


class DumpOptions(Options):
    async def run(self) -> None:
        self.folder = self.flags['output-directory']
        if self.folder == '-':
            self.folder = ''
        client, self.printer = self.factory.client, printer_for(self.factory, typed=True)
        self._print('nodes', client.list('nodes'))
        for namespace in self._namespaces():
            for resource, kind, version in RESOURCES:
                found = client.list(resource, namespace)
                name = resource.partition('.')[0].replace('ioncontrollers', 'ion-controllers')
                listing = {**found, 'kind': found.get('kind', kind), 'apiVersion': version}
                self._print(posixpath.join(namespace, name), listing)
            for pod in client.items('pods', namespace):
                await self._logs(pod)
        if self.folder:
            self.out(f'Cluster info dumped to {self.flags["output-directory"]}\n')

    def _namespaces(self) -> list[str]:
        if self.flags['all-namespaces']:
            return [item['metadata']['name'] for item in self.factory.client.items('namespaces')]
        return list(self.flags['namespaces']) or ['kube-system', self.factory.namespace()]

    def _print(self, name: str, obj: Object) -> None:
        """A list as Go has decoded it from protobuf: its items say no kind of their own, and without any it is null."""
        found = [{key: value for key, value in item.items() if key not in ('kind', 'apiVersion')}
                 for item in items(obj)]
        shown = {**obj, 'items': found or None}
        if self.flags['output'] == 'name':
            raise KubectlError(f'list types are not supported by name printing: *v1.{obj["kind"]}')
        lines: list[str] = []
        self.printer.print(shown, lines.append)
        suffix = {'json': '.json', 'yaml': '.yaml'}.get(self.flags['output'], '.txt')
        self._write(f'{name}{suffix}', ''.join(lines))

    def _write(self, name: str, text: str) -> None:
        if not self.folder:
            self.out(text)
            return
        path = posixpath.join(self.folder, name)
        action, at = 'mkdir', posixpath.dirname(path)
        try:
            self.factory.ctx.files.make_dirs(self.factory.path(at))
            if not self.factory.ctx.files.is_dir(self.factory.path(at)):
                raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR))
            action, at = 'open', path
            self.factory.ctx.files.write(self.factory.path(at), text)
        except OSError as error:
            raise KubectlError(f'{action} {at}: {(error.strerror or "").lower()}') from None

    async def _logs(self, pod: Object) -> None:
        meta, spec = pod['metadata'], pod.get('spec') or {}
        for container in (*(spec.get('initContainers') or ()), *(spec.get('containers') or ())):
            about = f'logs for container {container["name"]} of pod {meta["namespace"]}/{meta["name"]} ====\n'
            text = f'==== START {about}{await self._log(meta, container["name"])}==== END {about}'
            self._write(posixpath.join(meta['namespace'], meta['name'], 'logs.txt'), text)

    async def _log(self, meta: Object, container: str) -> str:
        client = self.factory.client
        path = client.path('pods', meta['namespace'], meta['name'], 'log')
        try:
            stream = client.stream(path, container=container)
        except StatusError as error:
            return f'Request log error: {error}\n'
        try:
            return (await stream.reader.read()).decode('utf-8', 'replace')
        finally:
            stream.close()


COMMAND = Command(
    usage='cluster-info dump [flags]',
    long="""
        Dump cluster information out suitable for debugging and diagnosing cluster problems.  By default, dumps
        everything to stdout. You can optionally specify a directory with --output-directory.  If you specify a
        directory, Kubernetes will build a set of files in that directory.  By default, only dumps things in the
        current namespace and 'kube-system' namespace, but you can switch to a different namespace with the
        --namespaces flag, or specify --all-namespaces to dump all namespaces.

        The command also dumps the logs of all of the pods in the cluster; these logs are dumped into different
        directories based on namespace and pod name.
        """,
    examples="""
        # Dump current cluster state to stdout
        kubectl cluster-info dump

        # Dump current cluster state to /path/to/cluster-state
        kubectl cluster-info dump --output-directory=/path/to/cluster-state

        # Dump all namespaces to stdout
        kubectl cluster-info dump --all-namespaces

        # Dump a set of namespaces to /path/to/cluster-state
        kubectl cluster-info dump --namespaces default,kube-system --output-directory=/path/to/cluster-state
        """,
    flags=(
        *TEMPLATE_FLAGS, pod_running_timeout(20.0),
        Flag('all-namespaces', 'A', False, 'If true, dump all namespaces.  If true, --namespaces is ignored.'),
        Flag('namespaces', default=(), help='A comma separated list of namespaces to dump.'),
        Flag('output', 'o', 'json', 'Output format. One of: (json, yaml, kyaml, name, go-template, go-template-file, '
             'template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).'),
        Flag('output-directory', help="Where to output the files.  If empty or '-' uses stdout, otherwise creates a "
             'directory hierarchy in that directory'),
    ),
    options=DumpOptions,
)
