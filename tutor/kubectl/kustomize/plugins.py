"""Generators and transformers by their kind: those of a kustomization's own fields, and those that it configures as
objects (api/internal/plugins)."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize import generators
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.patches import json_transformer, patch_transformer, strategic_transformer
from tutor.kubectl.kustomize.replacements import replacement_transformer
from tutor.kubectl.kustomize.resources import Item, ResMap
from tutor.kubectl.kustomize.transformers import (
    Transformer,
    add_annotations,
    add_labels,
    add_prefix,
    add_suffix,
    add_value,
    set_image,
    set_namespace,
    set_replicas,
    sort_order,
)

TRANSFORMERS: dict[str, Transformer] = {
    'AnnotationsTransformer': add_annotations,
    'ImageTagTransformer': set_image,
    'LabelTransformer': add_labels,
    'NamespaceTransformer': set_namespace,
    'PatchJson6902Transformer': json_transformer,
    'PatchStrategicMergeTransformer': strategic_transformer,
    'PatchTransformer': patch_transformer,
    'PrefixTransformer': add_prefix,
    'ReplacementTransformer': replacement_transformer,
    'ReplicaCountTransformer': set_replicas,
    'SortOrderTransformer': sort_order,
    'SuffixTransformer': add_suffix,
    'ValueAddTransformer': add_value,
}
GENERATORS = {'ConfigMapGenerator': 'ConfigMap', 'SecretGenerator': 'Secret'}


def generate(folder: Folder, plugin: Item) -> Item:
    """What a generator that is an object makes. Raises KubectlError."""
    _must_be_builtin(plugin, GENERATORS)
    spec: Object = {**plugin.obj, 'name': plugin.name, 'namespace': plugin.namespace}
    return generators.make(folder, GENERATORS[plugin.kind], spec, {})


def transform(folder: Folder, plugin: Item, items: ResMap) -> None:
    """Let a transformer that is an object work. Raises KubectlError."""
    _must_be_builtin(plugin, TRANSFORMERS)
    TRANSFORMERS[plugin.kind](folder, plugin.obj, items)


def _must_be_builtin(plugin: Item, known: Mapping[str, object]) -> None:
    if plugin.obj.get('apiVersion') != 'builtin':
        raise KubectlError(f"external plugins disabled; unable to load external plugin '{plugin.kind}'")
    if plugin.kind not in known:
        raise KubectlError(f'unable to load builtin {plugin.gvk}')
