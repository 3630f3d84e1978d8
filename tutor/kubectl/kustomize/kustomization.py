"""A kustomization file: decoded, its old fields in their new places (types.Kustomization)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.decode import DecodeError, documents
from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.folder import Folder

NAMES = ('kustomization.yaml', 'kustomization.yml', 'Kustomization')
KUSTOMIZATION, COMPONENT = 'Kustomization', 'Component'
_VERSIONS = {KUSTOMIZATION: 'kustomize.config.k8s.io/v1beta1', COMPONENT: 'kustomize.config.k8s.io/v1alpha1'}
OPENAPI = 'v1.21.2'

_FIX = "Run 'kustomize edit fix' to update your Kustomization automatically."
DEPRECATED = (
    ('bases', 'resources', _FIX), ('commonLabels', 'labels', _FIX), ('imageTags', 'images', _FIX),
    ('patchesJson6902', 'patches', _FIX), ('patchesStrategicMerge', 'patches', _FIX),
    ('vars', 'replacements', f'[EXPERIMENTAL] {_FIX}'),
)

_STRINGS, _PAIRS, _FLAGS = ['string'], {'*': 'string'}, {'*': 'bool'}
_SELECTOR = ('Selector', dict.fromkeys((
    'group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector'), 'string'))
_FIELD_SPEC = ('FieldSpec', {'group': 'string', 'version': 'string', 'kind': 'string', 'path': 'string',
                             'create': 'bool'})
_FIELD_OPTIONS = ('FieldOptions', {'delimiter': 'string', 'index': 'int', 'encoding': 'string', 'create': 'bool'})
_PATCH = ('Patch', {'path': 'string', 'patch': 'string', 'target': _SELECTOR, 'options': _FLAGS})
_IMAGE = ('Image', dict.fromkeys(('name', 'newName', 'tagSuffix', 'newTag', 'digest'), 'string'))
_GENERATOR_OPTIONS = ('GeneratorOptions', {'labels': _PAIRS, 'annotations': _PAIRS, 'disableNameSuffixHash': 'bool',
                                           'immutable': 'bool'})
_SOURCES = {'namespace': 'string', 'name': 'string', 'behavior': 'string', 'literals': _STRINGS, 'files': _STRINGS,
            'envs': _STRINGS, 'env': 'string', 'options': _GENERATOR_OPTIONS}
_VAR_TARGET = ('Target', dict.fromkeys(('apiVersion', 'group', 'version', 'kind', 'name', 'namespace'), 'string'))
_FIELDS: Object = {
    'apiVersion': 'string', 'kind': 'string', 'metadata': ('ObjectMeta', {
        'name': 'string', 'namespace': 'string', 'labels': _PAIRS, 'annotations': _PAIRS}),
    'openapi': _PAIRS, 'namePrefix': 'string', 'nameSuffix': 'string', 'namespace': 'string', 'commonLabels': _PAIRS,
    'labels': [('Label', {'pairs': _PAIRS, 'includeSelectors': 'bool', 'includeTemplates': 'bool',
                          'fields': [_FIELD_SPEC]})],
    'commonAnnotations': _PAIRS, 'patchesStrategicMerge': _STRINGS, 'patchesJson6902': [_PATCH], 'patches': [_PATCH],
    'images': [_IMAGE], 'imageTags': [_IMAGE],
    'replacements': [('ReplacementField', {
        'path': 'string', 'sourceValue': 'string',
        'source': ('SourceSelector', {**_SELECTOR[1], 'fieldPath': 'string', 'options': _FIELD_OPTIONS}),
        'targets': [('TargetSelector', {'select': _SELECTOR, 'reject': [_SELECTOR], 'fieldPaths': _STRINGS,
                                        'options': _FIELD_OPTIONS})]})],
    'replicas': [('Replica', {'name': 'string', 'count': 'int64'})],
    'vars': [('Var', {'name': 'string', 'objref': _VAR_TARGET,
                      'fieldref': ('FieldSelector', {'fieldPath': 'string'})})],
    'sortOptions': ('SortOptions', {'order': 'types.SortOrder', 'legacySortOptions': (
        'LegacySortOptions', {'orderFirst': _STRINGS, 'orderLast': _STRINGS})}),
    'resources': _STRINGS, 'components': _STRINGS, 'crds': _STRINGS, 'bases': _STRINGS,
    'configMapGenerator': [('ConfigMapArgs', _SOURCES)],
    'secretGenerator': [('SecretArgs', {**_SOURCES, 'type': 'string'})],
    'helmGlobals': None, 'helmCharts': None, 'helmChartInflationGenerator': None,
    'generatorOptions': _GENERATOR_OPTIONS, 'configurations': _STRINGS, 'generators': _STRINGS,
    'transformers': _STRINGS, 'validators': _STRINGS, 'buildMetadata': _STRINGS,
}
"""Each field's Go type: a list of it, a struct (its name and fields), a map ('*'), None for what is not looked into."""
_RESID = {'name': 'ResId', 'namespace': 'ResId', **dict.fromkeys(('group', 'version', 'kind'), 'ResId.Gvk')}
_ARGS = {**dict.fromkeys(('namespace', 'name', 'behavior', 'options'), 'GeneratorArgs'),
         **dict.fromkeys(('literals', 'files', 'envs', 'env'), 'GeneratorArgs.KvPairSources')}
_GVK = dict.fromkeys(('group', 'version', 'kind'), 'Gvk')
_EMBEDDED = {
    'Selector': _RESID, 'SourceSelector': _RESID, 'ConfigMapArgs': _ARGS, 'SecretArgs': _ARGS, 'Target': _GVK,
    'FieldSpec': _GVK, 'ReplacementField': dict.fromkeys(('source', 'sourceValue', 'targets'), 'Replacement'),
}
"""Fields that are in a struct within the struct: encoding/json names that one, too."""
_PYTHON = {'string': str, 'bool': bool, 'int': int, 'int64': int, 'types.SortOrder': str}


def load(folder: Folder) -> tuple[Object, str]:
    """The kustomization of a folder and the name of its file. Raises KubectlError."""
    found = [name for name in NAMES if folder.exists(name)]
    if not found:
        raise KubectlError("unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in "
                           f"directory '{folder.path}'")
    if len(found) > 1:
        raise KubectlError(f'Found multiple kustomization files under: {folder.path}\n')
    content = _decoded(folder.read(found[0]))
    for old, new, advice in DEPRECATED:
        if content.get(old) is not None:
            folder.warn(f"# Warning: '{old}' is deprecated. Please use '{new}' instead. {advice}")
    return _checked(_fixed(content), folder), found[0]


def _decoded(data: bytes) -> Object:
    try:
        content = next(documents(data), None)
    except DecodeError as error:
        text = str(error).removeprefix('error converting YAML to JSON: ')
        raise KubectlError(f'invalid Kustomization: {text}') from None
    if content is None:
        return {}
    try:
        return _typed(content, ('Kustomization', _FIELDS), 'Kustomization', '')
    except _TypeProblem as error:
        raise KubectlError(f'invalid Kustomization: json: {error}') from None


class _TypeProblem(ValueError):
    """What encoding/json says of a value that is not of the wanted type."""


def _typed(value: Any, wanted: Any, struct: str, path: str) -> Any:
    """The value as encoding/json decodes it: names of fields in any case, null as nothing. Raises _TypeProblem."""
    if value is None or wanted is None:
        return value
    if isinstance(wanted, tuple):
        name, fields = wanted
        return _struct(value, name, fields, struct, path)
    if isinstance(wanted, dict):
        if not isinstance(value, dict):
            raise _mismatch(value, f'map[string]{wanted["*"]}', struct, path)
        empty = _PYTHON[wanted['*']]()
        return {key: empty if each is None else _typed(each, wanted['*'], struct, path) for key, each in value.items()}
    if isinstance(wanted, list):
        if not isinstance(value, list):
            inner = f'types.{wanted[0][0]}' if isinstance(wanted[0], tuple) else wanted[0]
            raise _mismatch(value, f'[]{inner}', struct, path)
        return [_typed(each, wanted[0], struct, path) for each in value]
    right = _PYTHON[wanted]
    if isinstance(value, right) and not (right is int and isinstance(value, bool)):
        return value
    raise _mismatch(value, wanted, struct, path)


def _struct(value: Any, name: str, fields: Object, outer: str, path: str) -> Object:
    if not isinstance(value, dict):
        raise _mismatch(value, f'types.{name}', outer, path)
    found: Object = {}
    for key, each in value.items():
        known = key if key in fields else next((field for field in fields if field.lower() == key.lower()), None)
        if known is None:
            raise _TypeProblem(f'unknown field "{key}"')
        steps = (path, _EMBEDDED.get(name, {}).get(known, ''), known)
        found[known] = _typed(each, fields[known], name, '.'.join(filter(None, steps)))
    return found


def _mismatch(value: Any, kind: str, struct: str, path: str) -> _TypeProblem:
    found = {bool: 'bool', str: 'string', dict: 'object', list: 'array'}.get(type(value), 'number')
    if found == 'number' and kind in ('int', 'int64'):
        found = f'number {value}'
    where = f'Go struct field {struct}.{path}' if path else 'Go value'
    return _TypeProblem(f'cannot unmarshal {found} into {where} of type {kind}')


def _fixed(content: Object) -> Object:
    """FixKustomization, and CheckEmpty. Raises KubectlError."""
    if not any(value not in (None, '') for key, value in content.items() if key not in ('apiVersion', 'kind')):
        raise KubectlError('kustomization.yaml is empty')
    found = {key: value for key, value in content.items() if value is not None}
    kind = found.setdefault('kind', KUSTOMIZATION)
    found.setdefault('apiVersion', _VERSIONS.get(kind, _VERSIONS[KUSTOMIZATION]))
    for old, new in (('bases', 'resources'), ('imageTags', 'images')):
        if more := found.pop(old, None):
            found[new] = [*(found.get(new) or []), *more]
    for field in ('configMapGenerator', 'secretGenerator'):
        found[field] = [{**spec, 'envs': [*(spec.get('envs') or []), *([spec['env']] if spec.get('env') else [])]}
                        for spec in found.get(field) or []]
    return found


def _checked(content: Object, folder: Folder) -> Object:
    """EnforceFields. Raises KubectlError."""
    kind, problems = content['kind'], []
    if kind not in _VERSIONS:
        problems.append('kind should be Kustomization or Component')
    required = _VERSIONS.get(kind, _VERSIONS[KUSTOMIZATION])
    if content['apiVersion'] != required:
        problems.append(f'apiVersion for {kind} should be {required}')
    if problems:
        raise KubectlError(f'Failed to read kustomization file under {folder.path}:\n' + '\n'.join(problems))
    _check_openapi(content.get('openapi') or {}, folder)
    return content


def _check_openapi(openapi: dict[str, str], folder: Folder) -> None:
    """openapi.SetSchema. Raises KubectlError."""
    if openapi.get('version', OPENAPI) != OPENAPI:
        raise KubectlError('the specified OpenAPI version is not built in')
    if openapi.get('path'):
        folder.read(openapi['path'])
        raise KubectlError('a schema of its own (openapi.path) is not simulated')
