"""kubectl set image."""

from __future__ import annotations

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.kubectl.changes import parse_pairs, resources_and_pairs
from tutor.kubectl.cmd.set.base import SetOptions, set_flags
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.podspecs import pod_spec
from tutor.kubectl.recording import RECORD_FLAG


class ImageOptions(SetOptions):
    operation = 'image updated'
    failure = 'failed to patch image update to pod template: '

    def complete(self) -> None:
        super().complete()
        self.resources, pairs = resources_and_pairs(self.args, 'image')
        self.images, _ = parse_pairs(pairs, 'image')

    def check(self) -> None:
        super().check()
        if not self.resources and not self.flags['filename'] and not self.flags['kustomize']:
            self.errors.append(KubectlError(
                'one or more resources must be specified as <resource> <name> or <resource>/<name>'))
        if not self.images:
            self.errors.append(KubectlError('at least one image update is required'))
        elif len(self.images) > 1 and '*' in self.images:
            self.errors.append(KubectlError('all containers are already specified by *, but saw more than one '
                                            'container_name=container_image pairs'))

    def change(self, obj: Object) -> None:
        spec = pod_spec(obj)
        missing = []
        for name, image in self.images.items():
            found = [container for field in ('initContainers', 'containers') for container in spec.get(field) or ()
                     if name in ('*', container['name'])]
            for container in found:
                container['image'] = image
                if not image:
                    del container['image']  # omitempty
            if not found:
                missing.append(KubectlError(f'error: unable to find container named {go_quote(name)}'))
        # Upstream goes on with those containers that there are, and tells of the others at the end.
        self.errors += missing


COMMAND = Command(
    usage='set image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... '
          'CONTAINER_NAME_N=CONTAINER_IMAGE_N',
    long="""
        Update existing container image(s) of resources.

        Possible resources include (case insensitive):

            pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), statefulset (sts), cronjob (cj), replicaset (rs)
        """,  # noqa: E501
    examples="""
        # Set a deployment's nginx container image to 'nginx:1.9.1', and its busybox container image to 'busybox'
        kubectl set image deployment/nginx busybox=busybox nginx=nginx:1.9.1

        # Update all deployments' and rc's nginx container's image to 'nginx:1.9.1'
        kubectl set image deployments,rc nginx=nginx:1.9.1 --all

        # Update image of all containers of daemonset abc to 'nginx:1.9.1'
        kubectl set image daemonset abc *=nginx:1.9.1

        # Print result (in yaml format) of updating nginx container image from local file, without hitting the server
        kubectl set image -f path/to/file.yaml nginx=nginx:1.9.1 --local -o yaml
        """,
    flags=(*set_flags('set image', 'identifying the resource to get from a server.'), RECORD_FLAG),
    options=ImageOptions,
)
