"""kubectl set resources."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.amounts import resource_list
from tutor.kubectl.cmd.set.base import SetOptions, set_flags
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.podspecs import pod_spec, selected
from tutor.kubectl.recording import RECORD_FLAG
from tutor.shell.pflag import Flag


class ResourcesOptions(SetOptions):
    operation = 'resource requirements updated'
    failure = 'failed to patch resources update to pod template '

    def check(self) -> None:
        super().check()
        if not self.flags['limits'] and not self.flags['requests']:
            self.errors.append(KubectlError('you must specify an update to requests or limits (in the form of '
                                            '--requests/--limits)'))
        self.amounts = {field: resource_list(self.flags[field]) for field in ('limits', 'requests')}

    def change(self, obj: Object) -> None:
        spec, pattern = pod_spec(obj), self.flags['containers']
        found = selected(spec.get('containers'), pattern) + selected(spec.get('initContainers'), pattern)
        if not found:
            self.errors.append(KubectlError(f'error: unable to find container named {pattern}'))
        for container in found:
            resources = container.setdefault('resources', {})
            for field, amounts in self.amounts.items():
                if amounts:
                    resources[field] = {**(resources.get(field) or {}), **amounts}


COMMAND = Command(
    usage='set resources (-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]',
    long="""
        Specify compute resource requirements (CPU, memory) for any resource that defines a pod template.  If a pod
        is successfully scheduled, it is guaranteed the amount of resource requested, but may burst up to its
        specified limits.

        For each compute resource, if a limit is specified and a request is omitted, the request will default to the
        limit.

        Possible resources include (case insensitive): Use "kubectl api-resources" for a complete list of supported
        resources..
        """,
    examples="""
        # Set a deployments nginx container cpu limits to "200m" and memory to "512Mi"
        kubectl set resources deployment nginx -c=nginx --limits=cpu=200m,memory=512Mi

        # Set the resource request and limits for all containers in nginx
        kubectl set resources deployment nginx --limits=cpu=200m,memory=512Mi --requests=cpu=100m,memory=256Mi

        # Remove the resource requests for resources on containers in nginx
        kubectl set resources deployment nginx --limits=cpu=0,memory=0 --requests=cpu=0,memory=0

        # Print the result (in yaml format) of updating nginx container limits from a local, without hitting the server
        kubectl set resources -f path/to/file.yaml --limits=cpu=200m,memory=512Mi --local -o yaml
        """,
    flags=(
        *set_flags('set resources', 'identifying the resource to get from a server.'),
        RECORD_FLAG,
        Flag('containers', 'c', '*', 'The names of containers in the selected pod templates to change, all containers '
             'are selected by default - may use wildcards'),
        Flag('limits', help="The resource requirement requests for this container.  For example, "
             "'cpu=100m,memory=256Mi'.  Note that server side components may assign requests depending on the server "
             'configuration, such as limit ranges.'),
        Flag('requests', help="The resource requirement requests for this container.  For example, "
             "'cpu=100m,memory=256Mi'.  Note that server side components may assign requests depending on the server "
             'configuration, such as limit ranges.'),
    ),
    options=ResourcesOptions,
)
