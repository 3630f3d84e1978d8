"""A folder of a build: its files, and its kustomization."""

from __future__ import annotations

import posixpath
from typing import Any

from tutor.apimachinery.decode import DecodeError, documents
from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory

NAMES = ('kustomization.yaml', 'kustomization.yml', 'Kustomization')
_FIELDS = frozenset((
    'apiVersion', 'kind', 'metadata', 'openapi', 'namePrefix', 'nameSuffix', 'namespace', 'commonLabels',
    'labels', 'commonAnnotations', 'patchesStrategicMerge', 'patchesJson6902', 'patches', 'images', 'imageTags',
    'replacements', 'replicas', 'vars', 'sortOptions', 'resources', 'components', 'crds', 'bases',
    'configMapGenerator', 'secretGenerator', 'helmGlobals', 'helmCharts', 'helmChartInflationGenerator',
    'generatorOptions', 'configurations', 'generators', 'transformers', 'validators', 'buildMetadata',
))
_NOT_SIMULATED = ('vars', 'helmCharts', 'helmChartInflationGenerator', 'generators', 'transformers', 'validators')


class Folder:
    """Paths in it are relative to it."""

    def __init__(self, factory: Factory, path: str) -> None:
        self._factory = factory
        self.path = posixpath.normpath(factory.path(path))

    def below(self, path: str) -> Folder:
        return Folder(self._factory, posixpath.join(self.path, path))

    def is_folder(self, path: str) -> bool:
        return self._factory.ctx.files.is_dir(posixpath.join(self.path, path))

    def exists(self, path: str) -> bool:
        return self._factory.ctx.files.exists(posixpath.join(self.path, path))

    def absolute(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.path, path))

    def read(self, path: str) -> bytes:
        """Raises KubectlError with the loader's words."""
        absolute = self.absolute(path)
        if not self._factory.ctx.files.exists(absolute):
            raise KubectlError(f"evalsymlink failure on '{absolute}' : lstat {absolute}: no such file or directory")
        return self._factory.read(absolute)

    def objects(self, path: str) -> list[Object]:
        """The objects of a file, lists taken apart."""
        found: list[Object] = []
        try:
            for document in documents(self.read(path)):
                if isinstance(document, dict) and document.get('kind') == 'List':
                    found += document.get('items') or []
                else:
                    found.append(document)
        except DecodeError as error:
            text = str(error).removeprefix('error converting YAML to JSON: ')
            raise KubectlError(f'MalformedYAMLError: {text} in File: {path}') from None
        for obj in found:
            self._check(obj, path)
        return found

    def _check(self, obj: Any, path: str) -> None:
        if not isinstance(obj, dict) or not obj.get('kind'):
            raise KubectlError(f"missing kind in object {obj}" if isinstance(obj, dict) else
                               f"invalid Kubernetes object in {path}")
        if not (obj.get('metadata') or {}).get('name'):
            raise KubectlError(f'missing metadata.name in object {{{{{obj.get("apiVersion", "")} {obj["kind"]}}} '
                               '{{ } map[] map[]}}')

    def kustomization(self) -> Object:
        """The kustomization file, old fields in their new places."""
        found = [name for name in NAMES if self.exists(name)]
        if not found:
            raise KubectlError("unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in "
                               f"directory '{self.path}'")
        if len(found) > 1:
            raise KubectlError(f"Found multiple kustomization files under: {self.path}\n")
        try:
            content = next(documents(self.read(found[0])), None)
        except DecodeError as error:
            text = str(error).removeprefix('error converting YAML to JSON: ')
            raise KubectlError(f'invalid Kustomization: {text}') from None
        if not content:
            raise KubectlError('kustomization.yaml is empty')
        if not isinstance(content, dict):
            raise KubectlError('invalid Kustomization: json: cannot unmarshal string into Go value of type '
                               'types.Kustomization')
        return _normalized(content)


def _normalized(content: Object) -> Object:
    """FixKustomizationPostUnmarshalling."""
    for field in content:
        if field not in _FIELDS:
            raise KubectlError(f'invalid Kustomization: json: unknown field "{field}"')
    for field in _NOT_SIMULATED:
        if content.get(field):
            raise KubectlError(f'the field "{field}" of a kustomization is not simulated')
    found = dict(content)
    found['resources'] = [*(content.get('resources') or []), *(content.get('bases') or [])]
    return found
