"""kubectl describe."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.command import Command, Options
from tutor.kubectl.describe.catalog import describer_for
from tutor.kubectl.describe.certificatesigningrequest import DescribeError
from tutor.kubectl.describe.related import Related
from tutor.kubectl.errors import KubectlError, error_text, raise_together
from tutor.kubectl.options import ALL_NAMESPACES_FLAG, CHUNK_SIZE_FLAG, SELECTOR_FLAG, filename_flags
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag

SUGGEST_RESOURCES = 'Use "kubectl api-resources" for a complete list of supported resources.'


class DescribeOptions(Options):
    def complete(self) -> None:
        self.namespace, self.enforced = self.factory.enforced_namespace()
        if self.flags['all-namespaces']:
            self.enforced = False
        if not self.args and not self.flags['filename'] and not self.flags['kustomize']:
            raise KubectlError(f'You must specify the type of resource to describe. {SUGGEST_RESOURCES}\n')

    async def run(self) -> None:
        builder = self.factory.builder().continue_on_error().namespace(self.namespace)
        builder.all_namespaces(self.flags['all-namespaces']).filename_flags(self.enforced, self.flags)
        builder.labels(self.flags['selector']).arguments(True, self.args).chunks(self.flags['chunk-size'])
        result = await builder.flatten().do()
        infos, error = result.check().infos_and_error()
        if isinstance(error, StatusError) and error.reason == 'NotFound' and len(self.args) == 2:
            await self._by_prefix(error, *self.args)
            return
        self._describe_all(infos, [error] if error is not None else [])

    def _describe_all(self, infos: list[Info], errors: list[Exception]) -> None:
        texts: list[str] = []
        for info in infos:
            try:
                texts.append(self._describe(info))
            except (StatusError, KubectlError, DescribeError) as error:
                if error_text(error) not in map(error_text, errors):
                    errors.append(error)
        self.out('\n\n'.join(texts))
        if not infos and not errors:
            where = '' if self.flags['all-namespaces'] else f' in {self.namespace} namespace.'
            self.err(f'No resources found{where}\n')
        raise_together(errors)

    async def _by_prefix(self, missing: StatusError, kind: str, prefix: str) -> None:
        """DescribeMatchingResources: all whose name begins so."""
        builder = self.factory.builder().namespace(self.namespace).arguments(True, [kind]).single_resource_type()
        result = await builder.chunks(self.flags['chunk-size']).flatten().do()
        found = [info for info in result.infos() if info.name.startswith(prefix)]
        for info in found:
            self.out(f'{self._describe(info)}\n')
        if not found:
            raise missing

    def _describe(self, info: Info) -> str:
        mapping = info.mapping
        describe = describer_for(mapping.group, mapping.kind)
        related = Related(self.factory.client, self.flags['show-events'], self.flags['chunk-size'])
        return describe(self._live(info), related, self.factory.ctx.simulation.wall().timestamp())

    def _live(self, info: Info) -> Object:
        """What the server has, also of an object from a file."""
        obj = self.factory.client.request('GET', info.path()).body if info.source else info.object
        return obj if 'kind' in obj else {'apiVersion': info.mapping.group_version, 'kind': info.mapping.kind, **obj}


COMMAND = Command(
    usage='describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)',
    long="""
        Show details of a specific resource or group of resources.

        Print a detailed description of the selected resources, including related resources such as events or
        controllers. You may select a single object by name, all objects of that type, provide a name prefix, or
        label selector. For example:

            $ kubectl describe TYPE NAME_PREFIX

        will first check for an exact match on TYPE and NAME_PREFIX. If no such resource exists, it will output
        details for every resource that has a name prefixed with NAME_PREFIX.
        """,
    after_long=SUGGEST_RESOURCES,
    examples="""
        # Describe a node
        kubectl describe nodes kubernetes-node-emt8.c.myproject.internal

        # Describe a pod
        kubectl describe pods/nginx

        # Describe a pod identified by type and name in "pod.json"
        kubectl describe -f pod.json

        # Describe all pods
        kubectl describe pods

        # Describe pods by label name=myLabel
        kubectl describe pods -l name=myLabel

        # Describe all pods managed by the 'frontend' replication controller
        # (rc-created pods get the name of the rc as a prefix in the pod name)
        kubectl describe pods frontend
        """,
    flags=(
        ALL_NAMESPACES_FLAG, CHUNK_SIZE_FLAG, SELECTOR_FLAG,
        *filename_flags('containing the resource to describe'),
        Flag('show-events', default=True, help='If true, display events related to the described object.'),
    ),
    options=DescribeOptions,
)
