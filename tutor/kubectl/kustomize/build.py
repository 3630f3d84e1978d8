"""Building a kustomization: resources, components, generators, then the transformers in their order."""

from __future__ import annotations

import posixpath

from tutor.apimachinery.objects import Object, deep_copy
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.generators import add_hashes, generate
from tutor.kubectl.kustomize.patches import apply_json6902, apply_patches, apply_strategic
from tutor.kubectl.kustomize.references import update_references
from tutor.kubectl.kustomize.replacements import replace_values
from tutor.kubectl.kustomize.resources import Item, in_order
from tutor.kubectl.kustomize.transformers import (
    add_affix,
    add_annotations,
    add_labels,
    set_images,
    set_namespace,
    set_replicas,
)


def build(factory: Factory, path: str) -> list[Object]:
    """The objects of a folder with a kustomization, in the order to make them. Raises KubectlError."""
    if not factory.ctx.files.is_dir(factory.path(path)):
        absolute = posixpath.normpath(factory.path(path))
        if factory.ctx.files.exists(absolute):
            raise KubectlError(f"must build at directory: not a valid directory: '{path}' is not a directory")
        raise KubectlError(f"must build at directory: not a valid directory: evalsymlink failure on '{path}' : lstat "
                           f'{absolute}: no such file or directory')
    items = accumulate(Folder(factory, path), ())
    add_hashes(items)
    update_references(items)
    return [item.obj for item in in_order(items)]


def accumulate(folder: Folder, above: tuple[str, ...]) -> list[Item]:
    """AccumulateTarget: `above` are the folders that are being built, which none may lead back to."""
    if folder.path in above:
        raise KubectlError(f"cycle detected: candidate root '{folder.path}' contains visited root "
                           f"'{above[-1]}'")
    kustomization = folder.kustomization()
    items: list[Item] = []
    for entry in kustomization['resources']:
        _add(items, _resource(folder, entry, (*above, folder.path)))
    for entry in kustomization.get('components') or []:
        _component(folder, entry, items, (*above, folder.path))
    generate(folder, kustomization, items)
    transform(folder, kustomization, items)
    return items


def _resource(folder: Folder, entry: str, above: tuple[str, ...]) -> list[Item]:
    if '://' in entry or entry.startswith('github.com/'):
        raise KubectlError(f"accumulating resources: accumulation err='accumulating resources from '{entry}': URLs "
                           "cannot be fetched; the shell is not connected to the internet'")
    try:
        if folder.is_folder(entry):
            return accumulate(folder.below(entry), above)
        return [Item(deep_copy(obj)) for obj in folder.objects(entry)]
    except KubectlError as error:
        absolute = folder.absolute(entry)
        if not folder.exists(entry):
            raise KubectlError(
                f"accumulating resources: accumulation err='accumulating resources from '{entry}': {error}': must "
                f"build at directory: not a valid directory: evalsymlink failure on '{absolute}' : lstat {absolute}: "
                'no such file or directory') from None
        raise KubectlError(f"accumulating resources: accumulation err='accumulating resources from '{entry}': "
                           f"{error}'") from None


def _add(items: list[Item], more: list[Item]) -> None:
    """No two objects may be the same one."""
    for item in more:
        if any(other.id() == item.id() for other in items):
            raise KubectlError(
                'accumulating resources: merging resources: may not add resource with an already registered id: '
                f'{item.id()}')
        items.append(item)


def _component(folder: Folder, entry: str, items: list[Item], above: tuple[str, ...]) -> None:
    """A component works on what was gathered so far."""
    if not folder.is_folder(entry):
        absolute = folder.absolute(entry)
        raise KubectlError(f"accumulating components: loader.New \"new root '{entry}' cannot be absolute\""
                           if entry.startswith('/') else
                           f"accumulating components: accumulateDirectory: \"couldn't make target for path "
                           f"'{absolute}': unable to find one of 'kustomization.yaml', 'kustomization.yml' or "
                           f"'Kustomization' in directory '{absolute}'\"")
    below = folder.below(entry)
    kustomization = below.kustomization()
    if kustomization.get('kind') != 'Component':
        raise KubectlError(f"accumulating components: accumulateDirectory: \"expected kind 'Component' for path "
                           f"'{below.path}' but got '{kustomization.get('kind') or 'Kustomization'}'\"")
    for resource in kustomization['resources']:
        _add(items, _resource(below, resource, above))
    for nested in kustomization.get('components') or []:
        _component(below, nested, items, (*above, below.path))
    generate(below, kustomization, items)
    transform(below, kustomization, items)


def transform(folder: Folder, kustomization: Object, items: list[Item]) -> None:
    """The built-in transformers, in kustomize's order."""
    apply_strategic(folder, kustomization.get('patchesStrategicMerge') or [], items)
    apply_patches(folder, kustomization.get('patches') or [], items)
    if kustomization.get('namespace'):
        set_namespace(items, kustomization['namespace'])
    if kustomization.get('namePrefix') or kustomization.get('nameSuffix'):
        add_affix(items, kustomization.get('namePrefix') or '', kustomization.get('nameSuffix') or '')
    for entry in kustomization.get('labels') or []:
        add_labels(items, entry.get('pairs') or {}, bool(entry.get('includeSelectors')),
                   bool(entry.get('includeTemplates')), entry.get('fields'))
    if kustomization.get('commonLabels'):
        add_labels(items, kustomization['commonLabels'], True, True)
    if kustomization.get('commonAnnotations'):
        add_annotations(items, kustomization['commonAnnotations'])
    apply_json6902(folder, kustomization.get('patchesJson6902') or [], items)
    set_replicas(items, kustomization.get('replicas') or [])
    set_images(items, kustomization.get('images') or [])
    replace_values(folder, kustomization.get('replacements') or [], items)
