"""kubectl annotate."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, annotations
from tutor.kubectl.changes import parse_pairs, resources_and_pairs, send_merge
from tutor.kubectl.cmd.describe import SUGGEST_RESOURCES
from tutor.kubectl.cmd.metadata import MetadataOptions, metadata_flags
from tutor.kubectl.command import Command
from tutor.kubectl.dry_run import CLIENT
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info
from tutor.kubectl.rollout.history import CHANGE_CAUSE


class AnnotateOptions(MetadataOptions):
    noun = 'annotation'
    local_files = 'rsrc.yaml', 'rsrc.json'

    def parse(self) -> None:
        self.printer = printer_for(self.factory, 'annotated', self.dry_run)
        self.resources, pairs = resources_and_pairs(self.args, 'annotation')
        self.added, self.removed = parse_pairs(pairs, 'annotation')

    def validate(self) -> None:
        super().validate()
        both = [key for key in self.removed if key in self.added]
        if both:
            raise KubectlError('can not both modify and remove the following annotation(s) in the same command: '
                               + ', '.join(both))

    def change(self, obj: Object) -> None:
        """updateAnnotations; the change cause may always be overwritten."""
        current = annotations(obj)
        taken = [f"'{key}' already has a value ({current[key]})" for key, value in self.added.items()
                 if key != CHANGE_CAUSE and current.get(key, value) != value]
        if taken and not self.flags['overwrite']:
            raise KubectlError('--overwrite is false but found the following declared annotation(s): '
                               + '; '.join(taken))
        kept = {key: value for key, value in {**current, **self.added}.items() if key not in self.removed}
        self.set_metadata(obj, 'annotations', kept)

    def visit(self, info: Info) -> None:
        old = self.original(info)
        new = self.changed(old)
        if not (self.dry_run == CLIENT or self.flags['local'] or self.flags['list']):
            new = send_merge(info, old, new, self.flags, self.dry_run)
        if self.flags['list']:
            self.show(info, annotations(new))
        else:
            self.printer.print(new, self.out)


COMMAND = Command(
    usage='annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]',
    long="""
        Update the annotations on one or more resources.

        All Kubernetes objects support the ability to store additional data with the object as annotations.
        Annotations are key/value pairs that can be larger than labels and include arbitrary string values such as
        structured JSON. Tools and system extensions may use annotations to store their own data.

        Attempting to set an annotation that already exists will fail unless --overwrite is set. If
        --resource-version is specified and does not match the current resource version on the server the command
        will fail.
        """,
    after_long=SUGGEST_RESOURCES,
    examples="""
        # Update pod 'foo' with the annotation 'description' and the value 'my frontend'
        # If the same annotation is set multiple times, only the last value will be applied
        kubectl annotate pods foo description='my frontend'

        # Update a pod identified by type and name in "pod.json"
        kubectl annotate -f pod.json description='my frontend'

        # Update pod 'foo' with the annotation 'description' and the value 'my frontend running nginx', overwriting any existing value
        kubectl annotate --overwrite pods foo description='my frontend running nginx'

        # Update all pods in the namespace
        kubectl annotate pods --all description='my frontend running nginx'

        # Update pod 'foo' only if the resource is unchanged from version 1
        kubectl annotate pods foo description='my frontend running nginx' --resource-version=1

        # Update pod 'foo' by removing an annotation named 'description' if it exists
        # Does not require the --overwrite flag
        kubectl annotate pods foo description-
        """,  # noqa: E501
    flags=metadata_flags('annotation', 'annotations', 'If non-empty, the annotation update will only succeed if this '
                         'is the current resource-version for the object. Only valid when specifying a single '
                         'resource.'),
    options=AnnotateOptions,
)
