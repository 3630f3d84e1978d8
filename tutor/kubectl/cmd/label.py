"""kubectl label."""

from __future__ import annotations

import json

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.names import is_label_value
from tutor.apimachinery.objects import Object, labels
from tutor.kubectl.changes import resources_and_pairs, send_merge
from tutor.kubectl.cmd.metadata import MetadataOptions, metadata_flags
from tutor.kubectl.command import Command
from tutor.kubectl.dry_run import CLIENT
from tutor.kubectl.errors import KubectlError, raise_all
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info


class LabelOptions(MetadataOptions):
    noun = 'label'
    local_files = 'pod.yaml', 'pod.json'

    def parse(self) -> None:
        self.resources, pairs = resources_and_pairs(self.args, 'label')
        self.added, self.removed = parse_labels(pairs)

    def change(self, obj: Object) -> None:
        """labelFunc."""
        current = labels(obj)
        if not self.flags['overwrite']:
            raise_all(KubectlError(f"'{key}' already has a value ({current[key]}), and --overwrite is false")
                      for key, value in self.added.items() if current.get(key, value) != value)
        kept = {key: value for key, value in {**current, **self.added}.items() if key not in self.removed}
        self.set_metadata(obj, 'labels', kept)

    def visit(self, info: Info) -> None:
        old = self.original(info)
        new = self.changed(old)
        local = self.dry_run == CLIENT or self.flags['local'] or self.flags['list']
        if not local:
            for key in self.removed:
                if key not in labels(old):
                    self.out(f'label {go_quote(key)} not found.\n')
        if not local:
            send_merge(info, old, new, self.flags, self.dry_run)
        if self.flags['list']:
            self.show(info, labels(new))
            return
        operation = self.outcome(old, new)
        printer_for(self.factory, operation, self.dry_run).print(new, self.out)

    def outcome(self, old: Object, new: Object) -> str:
        """updateDataChangeMsg: it goes by the length of the object's JSON."""
        if old == new:
            return 'not labeled'
        if not self.flags['overwrite'] and _size(new) < _size(old):
            return 'unlabeled'
        return 'labeled'


def _size(obj: Object) -> int:
    return len(json.dumps(obj, separators=(',', ':'), ensure_ascii=False).encode())


def parse_labels(pairs: list[str]) -> tuple[dict[str, str], list[str]]:
    """parseLabels."""
    added: dict[str, str] = {}
    removed: list[str] = []
    for word in pairs:
        if '=' in word:
            parts = word.split('=')
            if len(parts) != 2:
                raise KubectlError(f'invalid label spec: {word}')
            bad = is_label_value(parts[1])
            if bad:
                raise KubectlError(f'invalid label value: {go_quote(word)}: {";".join(bad)}')
            added[parts[0]] = parts[1]
        elif word.endswith('-'):
            removed.append(word[:-1])
        else:
            raise KubectlError(f'unknown label spec: {word}')
    if any(key in added for key in removed):
        raise KubectlError('can not both modify and remove a label in the same command')
    return added, removed


COMMAND = Command(
    usage='label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]',
    long="""
        Update the labels on a resource.

        * A label key and value must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to 63 characters each.
        * Optionally, the key can begin with a DNS subdomain prefix and a single '/', like example.com/my-app.
        * If --overwrite is true, then existing labels can be overwritten, otherwise attempting to overwrite a label will result in an error.
        * If --resource-version is specified, then updates will use this resource version, otherwise the existing resource-version will be used.
        """,  # noqa: E501
    examples="""
        # Update pod 'foo' with the label 'unhealthy' and the value 'true'
        kubectl label pods foo unhealthy=true

        # Update pod 'foo' with the label 'status' and the value 'unhealthy', overwriting any existing value
        kubectl label --overwrite pods foo status=unhealthy

        # Update all pods in the namespace
        kubectl label pods --all status=unhealthy

        # Update a pod identified by the type and name in "pod.json"
        kubectl label -f pod.json status=unhealthy

        # Update pod 'foo' only if the resource is unchanged from version 1
        kubectl label pods foo status=unhealthy --resource-version=1

        # Update pod 'foo' by removing a label named 'bar' if it exists
        # Does not require the --overwrite flag
        kubectl label pods foo bar-
        """,
    flags=metadata_flags('label', 'labels', 'If non-empty, the labels update will only succeed if this is the '
                           'current resource-version for the object. Only valid when specifying a single resource.'),
    options=LabelOptions,
)
