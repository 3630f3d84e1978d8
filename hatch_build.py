"""What the package needs that is not kept in git: the index of the API's schema, and the compiled catalogs."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

Definition = dict[str, Any]

SCALARS = {'string': 's', 'boolean': 'b', 'number': 'f', 'object': 'o'}
SPECIAL = {
    'io.k8s.apimachinery.pkg.api.resource.Quantity': 'q',
    'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 't',
    'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'u',
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'x',
    'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'o',
    'io.k8s.apimachinery.pkg.apis.meta.v1.Patch': 'o',
    'io.k8s.apimachinery.pkg.runtime.RawExtension': 'o',
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': '*',
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': '*',
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': '*',
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': '*',
}
"""Types with a form of their own on the wire; everything else that is referred to is a struct."""


class BuildHook(BuildHookInterface):
    """Runs before a wheel is put together, for an editable one too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        data = root / 'tutor' / '_data'
        data.mkdir(exist_ok=True)
        build_schema(data)
        build_objects(root / 'tutor' / 'cluster', data)
        build_pki(root, data)
        build_catalogs(root / 'locales')
        build_data['artifacts'] += ['tutor/_data/*.z', 'tutor/_data/*.json', 'locales/**/*.mo']


def build_schema(folder: Path) -> None:
    """Write the structure (schema.z) apart from the texts (descriptions.z), which only `kubectl explain` needs."""
    definitions = load_definitions()
    (folder / 'schema.z').write_bytes(zlib.compress(compile_structure(definitions).encode(), 9))
    texts = json.dumps(compile_descriptions(definitions), separators=(',', ':'), ensure_ascii=False)
    (folder / 'descriptions.z').write_bytes(zlib.compress(texts.encode(), 9))


def build_objects(cluster: Path, folder: Path) -> None:
    """Write the objects of a new control plane (bootstrap.z) and of each add-on as files that load at once."""
    _write_objects(folder / 'bootstrap.z', sorted((cluster / 'bootstrap').glob('*.yaml')))
    for source in sorted((cluster / 'addons').glob('*.yaml')):
        _write_objects(folder / f'{source.stem}.z', [source])


def _write_objects(target: Path, sources: list[Path]) -> None:
    import yaml
    found = [obj for source in sources for obj in yaml.safe_load_all(source.read_text(encoding='utf-8')) if obj]
    target.write_bytes(zlib.compress(json.dumps(found, separators=(',', ':')).encode(), 9))


def build_pki(root: Path, folder: Path) -> None:
    """Make the keys and issue the certificates that every simulated cluster has (keys.json)."""
    import sys
    sys.path.insert(0, str(root))
    from tutor.cluster import pki
    (folder / 'keys.json').unlink(missing_ok=True)
    (folder / 'keys.json').write_text(json.dumps(pki.compile_standard()))


def build_catalogs(folder: Path) -> None:
    """Compile every catalog beside its source."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    for source in sorted(folder.glob('*/LC_MESSAGES/*.po')):
        with source.open('rb') as file:
            catalog = read_po(file, locale=source.parts[-3])
        with source.with_suffix('.mo').open('wb') as file:
            write_mo(file, catalog)


def load_definitions() -> dict[str, Definition]:
    """The OpenAPI definitions of Kubernetes 1.36, by name."""
    import importlib.util
    spec = importlib.util.find_spec('kubernetes_validate')
    assert spec is not None and spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    return json.loads((package / 'kubernetes-json-schema/v1.36.0-local/_definitions.json').read_text())['$defs']


def compile_descriptions(definitions: dict[str, Definition]) -> dict[str, list[Any]]:
    """{definition: [its text, {field: its text}]}."""
    return {
        name: [definition.get('description', ''),
               {field: value.get('description', '') for field, value in definition.get('properties', {}).items()}]
        for name, definition in definitions.items()
    }


def compile_structure(definitions: dict[str, Definition]) -> str:
    """One line for each definition; `tutor/apimachinery/schema.py` says what its parts mean."""
    numbers = {name: number for number, name in enumerate(definitions)}
    return '\n'.join(_line(name, definition, numbers) for name, definition in definitions.items())


def _line(name: str, definition: Definition, numbers: dict[str, int]) -> str:
    kinds = ','.join(f'{kind["group"]}/{kind["version"]}/{kind["kind"]}'
                     for kind in definition.get('x-kubernetes-group-version-kind', ()))
    required = definition.get('required', ())
    fields = ' '.join(f'{field}{"!" if field in required else ""}={_type(value, numbers)}{_attributes(value)}'
                      for field, value in definition.get('properties', {}).items())
    return f'{name}|{kinds}|{definition.get("x-kubernetes-map-type", "")}|{fields}'


def _type(value: Definition, numbers: dict[str, int]) -> str:
    if '$ref' in value:
        name = value['$ref'].removeprefix('#/$defs/')
        return SPECIAL.get(name) or f'@{numbers[name]}'
    kind = value.get('type', '')
    if isinstance(kind, list):
        kind = kind[0]
    if kind == 'array':
        return f'[{_type(value["items"], numbers)}'
    if 'additionalProperties' in value:
        return f'{{{_type(value["additionalProperties"], numbers)}'
    if kind == 'integer':
        return {'int32': 'i', 'int64': 'l'}[value['format']]
    if value.get('format') == 'byte':
        return 'y'
    return SCALARS[kind]


def _attributes(value: Definition) -> str:
    names = {'x-kubernetes-list-type': 'list', 'x-kubernetes-map-type': 'map',
             'x-kubernetes-patch-merge-key': 'key', 'x-kubernetes-patch-strategy': 'patch'}
    found = [f'{short}:{value[name].replace(",", "/")}' for name, short in names.items() if name in value]
    if keys := value.get('x-kubernetes-list-map-keys'):
        found.append(f'keys:{"/".join(keys)}')
    return ''.join(f',{item}' for item in found)
