"""Building a kustomization: resources, generators and components, then the transformers in their order (api/krusty,
api/internal/target)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.decode import DecodeError, documents
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.kustomize import generators, kustomization, variables
from tutor.kubectl.kustomize.configuration import Configuration, defaults, read
from tutor.kubectl.kustomize.crds import of_definitions
from tutor.kubectl.kustomize.documents import Malformed, from_bytes, from_file
from tutor.kubectl.kustomize.fields import FieldSpec, merged
from tutor.kubectl.kustomize.folder import NO_INTERNET, Folder, is_remote
from tutor.kubectl.kustomize.origins import annotate, configured
from tutor.kubectl.kustomize.patches import configuring
from tutor.kubectl.kustomize.plugins import TRANSFORMERS, generate, transform
from tutor.kubectl.kustomize.references import update_references
from tutor.kubectl.kustomize.resources import Item, ResMap, sort

VERSION = '(devel)'
GENERATOR = '&{0xc000783040 <nil>}'
"""How Go shows a generator: where it is, which is never the same."""
MANAGED_BY = 'app.kubernetes.io/managed-by'
LOCAL_CONFIG = 'config.kubernetes.io/local-config'


def build(factory: Factory, path: str, free: bool = False) -> list[Object]:
    """The objects of a folder with a kustomization, in the order to make them; `free` lets it read files anywhere.
    Raises KubectlError."""
    folder = Folder.confirmed(factory, path, free)
    target = _Target(folder)
    target.metadata = target.content.get('buildMetadata') or []
    gathered = target.accumulate(Accumulated())
    items = gathered.items
    generators.add_hashes(items)
    update_references(items, gathered.configuration)
    variables.resolve(folder, gathered.variables, gathered.configuration.specs['varReference'], items)
    items[:] = [item for item in items if not _is_local(item)]
    sort(items, target.content.get('sortOptions') or {'order': 'legacy'})
    if 'managedByLabel' in target.metadata:
        for item in items:
            item.meta['labels'] = {**(item.meta.get('labels') or {}), MANAGED_BY: f'kustomize-{VERSION}'}
    annotate(items, target.metadata)
    return [item.obj for item in items]


def _is_local(item: Item) -> bool:
    """DropLocalNodes: what is only meant for tools."""
    mark = (item.meta.get('annotations') or {}).get(LOCAL_CONFIG)
    return mark is not None and mark != 'false'


@dataclass
class Accumulated:
    """What has been gathered so far (ResAccumulator)."""

    items: ResMap = field(default_factory=ResMap)
    configuration: Configuration = field(default_factory=Configuration)
    variables: dict[str, Object] = field(default_factory=dict)


class _Target:
    """One kustomization. `origin` is the path to it from the one that is built."""

    def __init__(self, folder: Folder, origin: str = '', metadata: list[str] | None = None) -> None:
        self._folder = folder
        self._origin = origin
        self.metadata: list[str] = metadata or []
        self.content, self._file = kustomization.load(folder)

    def accumulate(self, found: Accumulated) -> Accumulated:
        """AccumulateTarget: `found` is empty, or what a component adds to. Raises KubectlError."""
        content = self.content
        with_prefix('accumulating resources', self._resources, found, content.get('resources') or [])
        found.configuration.merge(self._configuration())
        for path in content.get('crds') or []:
            found.configuration.merge(with_prefix(f'loading CRDs [{" ".join(content["crds"])}]', of_definitions,
                                                  self._folder, path))
        self._generate(found)
        with_prefix('accumulating components', self._components, found)
        self._transform(found)
        self._validate(found)
        variables.collect(found.variables, content.get('vars') or [], found.items)
        return found

    # -- what is read -------------------------------------------------------------------------------------------

    def _resources(self, found: Accumulated, entries: list[str]) -> None:
        for entry in entries:
            try:
                self._file_of(found, entry)
            except Malformed:
                raise
            except KubectlError as error:
                if is_remote(entry):
                    raise KubectlError(f"accumulation err='accumulating resources from '{entry}': {NO_INTERNET}'"
                                       ) from None
                with_prefix(f"accumulation err='{error}'", self._directory, found, entry)

    def _file_of(self, found: Accumulated, entry: str) -> None:
        """accumulateFile."""
        items = with_prefix(f"accumulating resources from '{entry}'", from_file, self._folder, entry)
        for item in items:
            item.origin = {'path': posixpath.normpath(posixpath.join(self._origin, entry))}
        with_prefix(f"merging resources from '{entry}'", found.items.add, items)

    def _directory(self, found: Accumulated, entry: str) -> None:
        below, target = self._below(entry)
        if target.content['kind'] == kustomization.COMPONENT:
            raise KubectlError(f"expected kind != 'Component' for path '{below.path}'")
        more = with_prefix(f"recursed accumulation of path '{below.path}'", target.accumulate, Accumulated())
        with_prefix(f"recursed merging from path '{below.path}'", self._merge, found, more)

    def _below(self, entry: str) -> tuple[Folder, _Target]:
        below = self._folder.below(entry)
        origin = posixpath.normpath(posixpath.join(self._origin, entry))
        return below, with_prefix(f"couldn't make target for path '{below.path}'", _Target, below, origin,
                                  self.metadata)

    def _merge(self, found: Accumulated, more: Accumulated) -> None:
        """MergeAccumulator."""
        found.items.add(more.items)
        found.configuration.merge(more.configuration)
        variables.merge(found.variables, list(more.variables.values()))

    def _components(self, found: Accumulated) -> None:
        for entry in self.content.get('components') or []:
            try:
                self._folder.below(entry)
            except KubectlError as error:
                raise KubectlError(f'loader.New {go_quote(str(error))}') from None
            try:
                below, target = self._below(entry)
                if target.content['kind'] != kustomization.COMPONENT:
                    raise KubectlError(f"expected kind 'Component' for path '{below.path}' but got "
                                       f"'{target.content['kind']}'")
                with_prefix(f"recursed accumulation of path '{below.path}'", target.accumulate, found)
            except KubectlError as error:
                raise KubectlError(f'accumulateDirectory: {go_quote(str(error))}') from None

    def _configuration(self) -> Configuration:
        """MakeTransformerConfig."""
        found = defaults()
        for path in self.content.get('configurations') or []:
            try:
                content = next(documents(self._folder.read(path)), None)
            except DecodeError as error:
                raise KubectlError(str(error)) from None
            found.merge(read(content or {}))
        return found

    # -- generators and transformers ----------------------------------------------------------------------------

    def _generate(self, found: Accumulated) -> None:
        general = self.content.get('generatorOptions') or {}
        for name, kind in (('configMapGenerator', 'ConfigMap'), ('secretGenerator', 'Secret')):
            for spec in self.content[name]:
                item = generators.make(self._folder, kind, spec, general)
                item.origin = configured(self._origin, self._file, f'{kind}Generator')
                with_prefix(f'merging from generator {GENERATOR}', generators.absorb, found.items, item)
        if self.content.get('helmCharts') or self.content.get('helmChartInflationGenerator'):
            with configuring('HelmChartInflationGenerator', _chart(self.content)):
                raise KubectlError('must specify --enable-helm')
        for plugin, origin in with_prefix('loading generator plugins', self._plugins, 'generators', 'generator'):
            item = with_prefix('loading generator plugins: failed to load generator', generate, self._folder, plugin)
            item.origin = origin
            with_prefix(f'merging from generator {GENERATOR}', generators.absorb, found.items, item)

    def _transform(self, found: Accumulated) -> None:
        for kind, config in self._configs(found.configuration):
            TRANSFORMERS[kind](self._folder, config, found.items)
            found.items.drop_empty()
            self._note(found, configured(self._origin, self._file, kind))
        for plugin, origin in self._plugins('transformers', 'transformer'):
            transform(self._folder, plugin, found.items)
            found.items.drop_empty()
            self._note(found, origin)

    def _note(self, found: Accumulated, origin: Object) -> None:
        """AddTransformerAnnotation."""
        for item in found.items if self.metadata else ():
            if item.origin is None:
                item.origin = origin
            else:
                item.transformations.append(origin)

    def _validate(self, found: Accumulated) -> None:
        for plugin, _ in self._plugins('validators', 'transformer'):
            before = [item.copy() for item in found.items]
            transform(self._folder, plugin, found.items)
            for old in before:
                same = [item for item in found.items if item.id.equals(old.id)]
                if not same or same[0].obj != old.obj:
                    problem = 'nodes unequal' if same else f'id in self missing from other; id: {old.id}'
                    raise KubectlError(f"validator shouldn't modify the resource map: {problem}")

    def _plugins(self, name: str, word: str) -> list[tuple[Item, Object]]:
        """configureExternal…: configurations inline or in files, in the order of kustomize: inline ones first."""
        inline, files = ResMap(), Accumulated()
        paths: list[str] = []
        for text in self.content.get(name) or []:
            try:
                items = from_bytes(text)
            except (DecodeError, KubectlError):
                paths.append(text)
                continue
            with_prefix(f'configuring external {word}', inline.add, items)
        self._resources(files, paths)
        return [(item, configured(self._origin, self._file, item.kind, item)) for item in inline] + [
            (item, configured('', (item.origin or {}).get('path', ''), item.kind, item)) for item in files.items]

    def _configs(self, configuration: Configuration) -> Iterator[tuple[str, Object]]:
        """configureBuiltinTransformers: the fields of the kustomization as configurations, in kustomize's order."""
        content, specs = self.content, configuration.specs
        if content.get('patchesStrategicMerge'):
            yield 'PatchStrategicMergeTransformer', {'paths': content['patchesStrategicMerge']}
        yield from (('PatchTransformer', entry) for entry in content.get('patches') or [])
        if content.get('namespace'):
            yield 'NamespaceTransformer', {'metadata': {'namespace': content['namespace']},
                                           'fieldSpecs': specs['namespace']}
        for kind, word, name, listed in _SIMPLE[:2]:
            if content.get(word):
                yield kind, {name: content[word], 'fieldSpecs': specs[listed]}
        for entry in content.get('labels') or []:
            yield 'LabelTransformer', {'labels': entry.get('pairs'), 'fieldSpecs': _of_label(entry, configuration)}
        for kind, word, name, listed in _SIMPLE[2:]:
            if content.get(word) or (word == 'commonLabels' and content.get('labels')):
                yield kind, {name: content.get(word), 'fieldSpecs': specs[listed]}
        for entry in content.get('patchesJson6902') or []:
            yield 'PatchJson6902Transformer', {'target': entry.get('target'), 'path': entry.get('path'),
                                               'jsonOp': entry.get('patch')}
        yield from (('ReplicaCountTransformer', {'replica': entry, 'fieldSpecs': specs['replicas']})
                    for entry in content.get('replicas') or [])
        yield from (('ImageTagTransformer', {'imageTag': entry, 'fieldSpecs': specs['images']})
                    for entry in content.get('images') or [])
        if content.get('replacements'):
            yield 'ReplacementTransformer', {'replacements': content['replacements']}


_SIMPLE = (
    ('PrefixTransformer', 'namePrefix', 'prefix', 'namePrefix'),
    ('SuffixTransformer', 'nameSuffix', 'suffix', 'nameSuffix'),
    ('LabelTransformer', 'commonLabels', 'labels', 'commonLabels'),
    ('AnnotationsTransformer', 'commonAnnotations', 'annotations', 'commonAnnotations'),
)
"""Transformer, field of the kustomization, field of the configuration, list of field specs."""


def _of_label(entry: Object, configuration: Configuration) -> list[FieldSpec]:
    """The field specs of one of `labels`: its own, and those that it includes."""
    specs = [FieldSpec.of(spec) for spec in entry.get('fields') or []]
    if entry.get('includeSelectors'):
        return merged(specs, configuration.specs['commonLabels'])
    if entry.get('includeTemplates'):
        specs = merged(specs, configuration.specs['templateLabels'])
    specs = merged(specs, configuration.specs['labels'])
    return merged(specs, [FieldSpec('metadata/labels', create=True)])


def _chart(content: Object) -> Object:
    """The first chart as its generator is configured."""
    globals_: Object = content.get('helmGlobals') or {}
    if content.get('helmCharts'):
        return {**globals_, **content['helmCharts'][0]}
    old: Object = content['helmChartInflationGenerator'][0]
    names: dict[str, str] = {'chartName': 'name', 'chartVersion': 'version', 'chartRepoUrl': 'repo',
                             'values': 'valuesFile'}
    return {**globals_, **{names.get(name) or name: value for name, value in old.items()}}


def with_prefix(prefix: str, act: Any, *args: Any) -> Any:
    """What `act` gives; its error gets a prefix (errors.WrapPrefixf)."""
    try:
        return act(*args)
    except Malformed as error:
        raise Malformed(f'{prefix}: {error}') from None
    except KubectlError as error:
        raise KubectlError(f'{prefix}: {error}') from None
