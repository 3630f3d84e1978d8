"""kubectl create deployment."""

from __future__ import annotations

from tutor.apimachinery.names import RandomSource, random_suffix
from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import INT32, Flag


def container_name(image: str, random: RandomSource) -> str:
    """The last part of an image's path, without tag and digest, as a container's name (sanitizeAndUniquify)."""
    name = image.rsplit('/', 1)[-1].split(':', 1)[0].split('@', 1)[0]
    if '_' in name or '.' in name:
        return f'{name.replace("_", "-").replace(".", "-")}-{random_suffix(random)}'
    return name


class CreateDeployment(CreateObject):
    resource = 'deployments.apps'
    failure = 'failed to create deployment'

    def complete(self) -> None:
        super().complete()
        self.images = self.flags['image']
        self.container_command = self.args[1:]

    def validate(self) -> None:
        if len(self.images) > 1 and self.container_command:
            raise KubectlError('cannot specify multiple --image options and command')

    def build(self) -> Object:
        labels = {'app': self.name}
        replicas = self.flags['replicas']
        return {
            'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': self.metadata(labels=labels),
            'spec': {
                'replicas': replicas, 'selector': {'matchLabels': labels}, 'strategy': {},
                'template': {'metadata': {'labels': labels}, 'spec': {'containers': self._containers()}},
            },
            'status': {},
        }

    def _containers(self) -> list[Object]:
        containers: list[Object] = []
        random = self.factory.ctx.simulation.random
        for image in self.images:
            container: Object = {'name': container_name(image, random), 'image': image, 'resources': {}}
            if self.container_command:
                container['command'] = self.container_command
            containers.append(container)
        if self.flags['port'] >= 0 and containers:
            containers[0]['ports'] = [{'containerPort': self.flags['port']}]
        return containers


COMMAND = Command(
    usage='create deployment NAME --image=image -- [COMMAND] [args...]',
    long="""
        Create a deployment with the specified name.
        """,
    examples="""
        # Create a deployment named my-dep that runs the busybox image
        kubectl create deployment my-dep --image=busybox

        # Create a deployment with a command
        kubectl create deployment my-dep --image=busybox -- date

        # Create a deployment named my-dep that runs the nginx image with 3 replicas
        kubectl create deployment my-dep --image=nginx --replicas=3

        # Create a deployment named my-dep that runs the busybox image and expose port 5701
        kubectl create deployment my-dep --image=busybox --port=5701

        # Create a deployment named my-dep that runs multiple containers
        kubectl create deployment my-dep --image=busybox:latest --image=ubuntu:latest --image=nginx
        """,
    flags=(
        *CREATE_FLAGS,
        Flag('image', default=(), help='Image names to run. A deployment can have multiple images set for '
             'multi-container pod.'),
        Flag('port', default=-1, kind=INT32, help='The containerPort that this deployment exposes.'),
        Flag('replicas', 'r', 1, 'Number of replicas to create. Default is 1.', kind=INT32),
    ),
    required=('image',),
    options=CreateDeployment,
)
