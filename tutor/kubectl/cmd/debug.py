"""kubectl debug: a container to look around with, inside a pod, in a copy of it, or on a node."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.names import random_suffix
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.resources import find
from tutor.apimachinery.schema import definition
from tutor.client.transport import STRATEGIC_PATCH
from tutor.kubectl.attaching import attach, wait_for_container
from tutor.kubectl.command import Command, Options
from tutor.kubectl.debugging import COPY, EPHEMERAL, NODE, profile
from tutor.kubectl.errors import ERRORS, KubectlError, error_text
from tutor.kubectl.images import is_reference
from tutor.kubectl.pods import container_status
from tutor.kubectl.resource.info import Info
from tutor.kubectl.streams import StreamOptions
from tutor.kubectl.typed_yaml import read_struct
from tutor.shell.pflag import PAIRS, Flag

PULL_POLICIES = ('', 'Always', 'IfNotPresent', 'Never')
NOT_CUSTOM = ('name', 'command', 'image', 'lifecycle', 'volumeDevices')
FOR_COPY = '(This flag only works when used with \'--copy-to\')'
LEGACY = ('--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to specify other '
          'profile, for example "--profile=general".\n')
NON_ROOT = ('Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug '
            'profile may not work. Please consider using "--custom" with a custom profile that specifies '
            '"securityContext.runAsUser: 0".\n')


class DebugOptions(Options):
    def complete(self) -> None:
        flags, dash = self.flags, self.flags.args_before_dash
        self.targets, self.command = self.args, []
        if 0 <= dash < len(self.args):
            self.targets, self.command = self.args[:dash], self.args[dash:]
        self.attach = flags['attach'] or (flags['stdin'] and not flags.changed('attach'))
        self.env = [{'name': name, 'value': value} for name, value in _pairs(flags['env']).items()]
        self.images = _pairs(flags['set-image'])
        self.profile = profile(flags['profile'])
        self.custom = self._custom(flags['custom']) if flags['custom'] else None

    def _custom(self, path: str) -> Object | None:
        try:
            text = self.factory.read(path)
        except KubectlError as error:
            raise KubectlError(f'must pass a container spec json file for custom profile: {error}') from None
        shape = definition('io.k8s.api.core.v1.Container')
        assert shape is not None
        try:
            return read_struct(text.decode('utf-8', 'replace'), shape)
        except DecodeError as error:
            raise KubectlError(f'{path} does not contain a valid container spec: {error}') from None

    def validate(self) -> None:
        flags, image = self.flags, self.flags['image']
        if self.attach and flags.changed('attach') and not image and not flags['container']:
            raise KubectlError('you must specify --container or create a new container using --image in order to '
                               'attach.')
        self._validate_copy()
        if image and not is_reference(image):
            raise KubectlError(f'invalid image name "{image}": invalid reference format')
        if not self.targets and not flags['filename']:
            raise KubectlError('NAME or filename is required for debug')
        if flags['image-pull-policy'] not in PULL_POLICIES:
            raise KubectlError(f'invalid image pull policy: {flags["image-pull-policy"]}')
        for name, other in self.images.items():
            if not is_reference(other):
                raise KubectlError(f'invalid image name "{other}" for container "{name}": invalid reference format')
        self._validate_target()
        if flags['tty'] and not flags['stdin']:
            raise KubectlError('-i/--stdin is required for containers with -t/--tty=true')
        if self.custom is not None and any(self.custom.get(field) for field in NOT_CUSTOM):
            raise KubectlError('name, command, image, lifecycle and volume devices are not modifiable via custom '
                               'profile')
        if flags['profile'] == 'legacy':
            self.err(LEGACY)

    def _validate_copy(self) -> None:
        flags = self.flags
        if flags['copy-to']:
            if not (flags['image'] or self.images or self.command):
                raise KubectlError('you must specify --image, --set-image or command arguments.')
            if self.command and not flags['container'] and not flags['image']:
                raise KubectlError('you must specify an existing container or a new image when specifying args.')
            return
        for name in ('replace', 'same-node', 'set-image'):
            if flags[name]:
                raise KubectlError(f'--{name} may only be used with --copy-to.')
        if not flags['image']:
            raise KubectlError('you must specify --image when not using --copy-to.')

    def _validate_target(self) -> None:
        target = self.flags['target']
        if target and self.flags['copy-to']:
            raise KubectlError('--target is incompatible with --copy-to. Use --share-processes instead.')
        if target and not self.flags['quiet']:
            self.out(f'Targeting container "{target}". If you don\'t see processes from this container it may be '
                     "because the container runtime doesn't support this feature.\n")

    async def run(self) -> None:
        namespace, enforced = self.factory.enforced_namespace()
        self.namespace = namespace
        builder = self.factory.builder().typed().filenames(enforced, self.flags['filename']).namespace(namespace)
        if self.targets:
            builder.resource_names('pods', *self.targets)
        await (await builder.do()).visit_async(self._debug)

    async def _debug(self, info: Info) -> None:
        obj = info.object
        kind = (obj.get('apiVersion'), obj.get('kind'))
        if kind == ('v1', 'Node'):
            pod, container = self._on_node(obj)
        elif kind == ('v1', 'Pod'):
            pod, container = self._by_copy(obj) if self.flags['copy-to'] else self._by_ephemeral_container(obj)
        else:
            group, _, version = obj.get('apiVersion', '').rpartition('/')
            shown = f'{group}/{version}, Kind={obj.get("kind")}'
            raise KubectlError(f'"{shown}" not supported by debug')
        if self.attach and container:
            await self._attach(pod['metadata']['namespace'], pod['metadata']['name'], container)

    # -- the three ways -----------------------------------------------------------------------------------------

    def _by_ephemeral_container(self, pod: Object) -> tuple[Object, str]:
        """generateDebugContainer, sent as a patch of the pod."""
        name = self._container_name(pod)
        copied = deep_copy(pod)
        container = self._container(name)
        if self.flags['target']:
            container['targetContainerName'] = self.flags['target']
        copied['spec'].setdefault('ephemeralContainers', []).append(container)
        self.profile(copied, name, EPHEMERAL, self.flags)
        if self.custom is not None:
            self._customize(copied['spec']['ephemeralContainers'], name)
        self._warn(copied['spec']['ephemeralContainers'][-1], pod)
        from tutor.kubectl.changes import two_way_patch
        patch = two_way_patch(pod, copied, find('', 'pods'))
        meta = pod['metadata']
        try:
            return self.factory.client.patch('pods', meta['name'], patch, meta['namespace'], 'ephemeralcontainers',
                                             STRATEGIC_PATCH), name
        except StatusError as error:
            if error.reason == 'NotFound' and not (error.status.get('details') or {}).get('name'):
                raise KubectlError('ephemeral containers are disabled for this cluster (error from server: '
                                   f'"{error}")') from None
            raise

    def _by_copy(self, pod: Object) -> tuple[Object, str]:
        """generatePodCopyWithDebugContainer, created."""
        flags, meta = self.flags, pod['metadata']
        copied: Object = {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': deep_copy({
            'name': flags['copy-to'], 'namespace': meta['namespace'],
            **{key: meta[key] for key in ('annotations', 'labels') if key in meta}}), 'spec': deep_copy(pod['spec'])}
        spec = copied['spec']
        spec.pop('ephemeralContainers', None)
        if flags.changed('share-processes'):
            spec['shareProcessNamespace'] = flags['share-processes']
        if not flags['same-node']:
            spec.pop('nodeName', None)
        for each in spec['containers']:
            each['image'] = self.images.get(each['name']) or self.images.get('*') or each['image']
        container = _by_name(copied).get(flags['container'])
        if container is None and not flags['image']:
            if not self.images:
                raise KubectlError('you must specify image when creating new container')
            return self._create_copy(pod, copied, None), ''
        if container is None:
            container = {'name': self._container_name(copied), 'terminationMessagePolicy': 'File', 'resources': {}}
            spec['containers'].append(container)
        self._change(container)
        self.profile(copied, container['name'], COPY, flags)
        if self.custom is not None:
            self._customize(spec['containers'], container['name'])
        named = [each for each in spec['containers'] if each['name'] == container['name']]
        return self._create_copy(pod, copied, named[0] if named else None), container['name']

    def _create_copy(self, pod: Object, copied: Object, container: Object | None) -> Object:
        self._warn(container, copied)
        namespace = copied['metadata']['namespace']
        created = self.factory.client.create('pods', copied, namespace)
        if self.flags['replace']:
            options = {'kind': 'DeleteOptions', 'apiVersion': 'v1', 'gracePeriodSeconds': 0}
            self.factory.client.delete('pods', pod['metadata']['name'], namespace, options)
        return created

    def _on_node(self, node: Object) -> tuple[Object, str]:
        """generateNodeDebugPod, created."""
        container, target = self.flags['container'] or 'debugger', node['metadata']['name']
        name = f'node-debugger-{target}-{self._suffix()}'
        if not self.flags['quiet']:
            self.out(f'Creating debugging pod {name} with container {container} on node {target}.\n')
        pod: Object = {
            'apiVersion': 'v1', 'kind': 'Pod',
            'metadata': {'name': name, 'labels': {'app.kubernetes.io/managed-by': 'kubectl-debug'}},
            'spec': {'containers': [self._container(container)], 'nodeName': target, 'restartPolicy': 'Never',
                     'tolerations': [{'operator': 'Exists'}]}}
        self.profile(pod, container, NODE, self.flags)
        if self.custom is not None:
            self._customize(pod['spec']['containers'], container)
        return self.factory.client.create('pods', pod, self.namespace), container

    # -- containers ---------------------------------------------------------------------------------------------

    def _container(self, name: str) -> Object:
        flags = self.flags
        container: Object = {'name': name, 'image': flags['image'], 'resources': {},
                             'terminationMessagePolicy': 'File'}
        if flags['image-pull-policy']:
            container['imagePullPolicy'] = flags['image-pull-policy']
        if self.env:
            container['env'] = self.env
        for field in ('stdin', 'tty'):
            if flags[field]:
                container[field] = True
        if self.command:
            container['args' if flags['arguments-only'] else 'command'] = self.command
        return container

    def _change(self, container: Object) -> None:
        flags = self.flags
        if self.command and flags['arguments-only']:
            container['args'] = self.command
        elif self.command:
            container['command'] = self.command
            container.pop('args', None)
        if self.env:
            container['env'] = self.env
        container['image'] = flags['image'] or container['image']
        if flags['image-pull-policy']:
            container['imagePullPolicy'] = flags['image-pull-policy']
        for field in ('stdin', 'tty'):
            container.pop(field, None)
            if flags[field]:
                container[field] = True

    def _customize(self, containers: list[Object], name: str) -> None:
        """applyCustomProfile: the user's partial container over the one that the profile made."""
        from tutor.apimachinery.patches import strategic
        shape: Any = strategic.Shape(schema.definition('io.k8s.api.core.v1.Container'))
        for at, container in enumerate(containers):
            if container['name'] == name:
                containers[at] = strategic.merge(container, {**(self.custom or {}), 'name': name}, shape)
                return

    def _container_name(self, pod: Object) -> str:
        if self.flags['container']:
            return self.flags['container']
        taken, name = _by_name(pod), ''
        while not name or name in taken:
            name = f'debugger-{self._suffix()}'
        if not self.flags['quiet']:
            self.out(f'Defaulting debug container name to {name}.\n')
        return name

    def _suffix(self) -> str:
        return random_suffix(self.factory.ctx.simulation.random)

    def _warn(self, container: Object | None, pod: Object) -> None:
        """displayWarning: capabilities are of little use to a user that is not root."""
        context = (container or {}).get('securityContext')
        if not (pod['spec'].get('securityContext') or {}).get('runAsUser') or not context:
            return
        powerful = context.get('privileged') or (context.get('capabilities') or {}).get('add')
        if context.get('runAsUser') != 0 and powerful:
            self.err(NON_ROOT)

    # -- attached -----------------------------------------------------------------------------------------------

    async def _attach(self, namespace: str, name: str, container: str) -> None:
        """handleAttachPod: the session, or what the container has written when there can be none."""
        quiet = self.flags['quiet']
        pod = await wait_for_container(self.factory, namespace, name, container, None if quiet else self._waiting)
        state = (container_status(pod, container) or {}).get('state') or {}
        if 'terminated' not in state:
            streams = StreamOptions(self.factory.io, self.flags['stdin'], self.flags['tty'], quiet)
            try:
                await attach(self.factory, pod, container, streams, quiet)
                return
            except ERRORS as error:
                self.err(f"warning: couldn't attach to pod/{name}, falling back to streaming logs: "
                         f'{error_text(error)}\n')
        client = self.factory.client
        log = client.stream(client.path('pods', namespace, name, 'log'), container=container)
        while data := await log.reader.read(32 * 1024):
            self.out(data)

    def _waiting(self, container: str, message: str) -> None:
        self.err(f'Warning: container {container}: {message}\n')


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key, _, value in (text.partition('=') for text in texts)}


def _by_name(pod: Object) -> dict[str, Object]:
    return {container['name']: container for field in ('containers', 'initContainers', 'ephemeralContainers')
            for container in pod['spec'].get(field) or ()}


COMMAND = Command(
    usage='debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]',
    long="""
        Debug cluster resources using interactive debugging containers.

        'debug' provides automation for common debugging tasks for cluster objects identified by resource and name. Pods will be used by default if no resource is specified.

        The action taken by 'debug' varies depending on what resource is specified. Supported actions include:

        * Workload: Create a copy of an existing pod with certain attributes changed, for example changing the image tag to a new version.
        * Workload: Add an ephemeral container to an already running pod, for example to add debugging utilities without restarting the pod.
        * Node: Create a new pod that runs in the node's host namespaces and can access the node's filesystem.

        Note: When a non-root user is configured for the entire target Pod, some capabilities granted by debug profile may not work.
        """,  # noqa: E501
    examples="""
        # Create an interactive debugging session in pod mypod and immediately attach to it.
        kubectl debug mypod -it --image=busybox

        # Create an interactive debugging session for the pod in the file pod.yaml and immediately attach to it.
        # (requires the EphemeralContainers feature to be enabled in the cluster)
        kubectl debug -f pod.yaml -it --image=busybox

        # Create a debug container named debugger using a custom automated debugging image.
        kubectl debug --image=myproj/debug-tools -c debugger mypod

        # Create a copy of mypod adding a debug container and attach to it
        kubectl debug mypod -it --image=busybox --copy-to=my-debugger

        # Create a copy of mypod changing the command of mycontainer
        kubectl debug mypod -it --copy-to=my-debugger --container=mycontainer -- sh

        # Create a copy of mypod changing all container images to busybox
        kubectl debug mypod --copy-to=my-debugger --set-image=*=busybox

        # Create a copy of mypod adding a debug container and changing container images
        kubectl debug mypod -it --copy-to=my-debugger --image=debian --set-image=app=app:debug,sidecar=sidecar:debug

        # Create an interactive debugging session on a node and immediately attach to it.
        # The container will run in the host namespaces and the host's filesystem will be mounted at /host
        kubectl debug node/mynode -it --image=busybox
        """,
    flags=(
        Flag('arguments-only', default=False, help='If specified, everything after -- will be passed to the new '
             'container as Args instead of Command.'),
        Flag('attach', default=False, help="If true, wait for the container to start running, and then attach as if "
             "'kubectl attach ...' were called.  Default false, unless '-i/--stdin' is set, in which case the default "
             'is true.'),
        Flag('container', 'c', help='Container name to use for debug container.'),
        Flag('copy-to', help='Create a copy of the target Pod with this name.'),
        Flag('custom', help='Path to a JSON or YAML file containing a partial container spec to customize built-in '
             'debug profiles.'),
        Flag('env', default=(), kind=PAIRS, help='Environment variables to set in the container.'),
        Flag('filename', 'f', (), 'identifying the resource to debug'),
        Flag('image', help='Container image to use for debug container.'),
        Flag('image-pull-policy', help='The image pull policy for the container. If left empty, this value will not '
             'be specified by the client and defaulted by the server.'),
        Flag('keep-annotations', default=False, help=f'If true, keep the original pod annotations.{FOR_COPY}'),
        Flag('keep-init-containers', default=True,
             help=f'Run the init containers for the pod. Defaults to true.{FOR_COPY}'),
        Flag('keep-labels', default=False, help=f'If true, keep the original pod labels.{FOR_COPY}'),
        Flag('keep-liveness', default=False, help=f'If true, keep the original pod liveness probes.{FOR_COPY}'),
        Flag('keep-readiness', default=False, help=f'If true, keep the original pod readiness probes.{FOR_COPY}'),
        Flag('keep-startup', default=False, help=f'If true, keep the original startup probes.{FOR_COPY}'),
        Flag('profile', default='general', help='Options are "general", "baseline", "restricted", "netadmin" or '
             '"sysadmin". Defaults to "general"'),
        Flag('quiet', 'q', False, 'If true, suppress informational messages.'),
        Flag('replace', default=False, help="When used with '--copy-to', delete the original Pod."),
        Flag('same-node', default=False, help="When used with '--copy-to', schedule the copy of target Pod on the "
             'same node.'),
        Flag('set-image', default=(), kind=PAIRS, help="When used with '--copy-to', a list of name=image pairs "
             "for changing container images, similar to how 'kubectl set image' works."),
        Flag('share-processes', default=True, help="When used with '--copy-to', enable process namespace sharing in "
             'the copy.'),
        Flag('stdin', 'i', False, 'Keep stdin open on the container(s) in the pod, even if nothing is attached.'),
        Flag('target', help='When using an ephemeral container, target processes in this container name.'),
        Flag('tty', 't', False, 'Allocate a TTY for the debugging container.'),
    ),
    options=DebugOptions,
)
