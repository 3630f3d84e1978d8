"""Validation of CustomResourceDefinitions (apiextensions-apiserver/pkg/apis/apiextensions/validation)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.admissionregistration.webhooks import review_versions, validate_client
from tutor.cluster.registry.apiextensions import openapi, structural
from tutor.cluster.registry.internal import internal

SHARED = ('schema', 'subresources', 'additionalPrinterColumns', 'selectableFields')
APPROVED = 'api-approved.kubernetes.io'
_SEE = 'see https://github.com/kubernetes/enhancements/pull/1111'
_SCOPES = ('Cluster', 'Namespaced')
_COLUMN_TYPES = ('boolean', 'date', 'integer', 'number', 'string')
_COLUMN_FORMATS = ('byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password')
_AT_ROOT = ('Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum',
            'MaxLength', 'MinLength', 'Pattern', 'MaxItems', 'MinItems', 'UniqueItems', 'MultipleOf', 'Required',
            'Items', 'Properties', 'ExternalDocs', 'Example', 'XPreserveUnknownFields', 'XValidations')
_VERSION = ('Name Served Storage Deprecated DeprecationWarning Schema Subresources AdditionalPrinterColumns '
            'SelectableFields')


def validate(obj: Object) -> list[FieldError]:
    """ValidateCustomResourceDefinition, without what holds for all metadata."""
    spec, found = obj['spec'], []
    given = spec.get('names') or {}
    name = obj['metadata'].get('name', '')
    if name != f'{given.get("plural", "")}.{spec.get("group", "")}':
        found.append(field.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'))
    found += _group(spec.get('group', ''))
    if not spec.get('scope'):
        found.append(field.required('spec.scope'))
    elif spec['scope'] not in _SCOPES:
        found.append(field.not_supported('spec.scope', spec['scope'], _SCOPES))
    found += _versions(spec.get('versions') or [])
    found += _names(given)
    found += _together(spec.get('versions') or [])
    found += _conversion(spec.get('conversion') or {})
    found += _stored(obj)
    found += _approval(obj, spec.get('group', ''))
    if spec.get('preserveUnknownFields'):
        found.append(field.invalid('spec.preserveUnknownFields', True, (
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead')))
    return found


def _group(group: str) -> list[FieldError]:
    if not group:
        return [field.required('spec.group')]
    if problems := names.is_dns1123_subdomain(group):
        return [field.invalid('spec.group', group, ','.join(problems))]
    if '.' not in group:
        return [field.invalid('spec.group', group, 'should be a domain with at least one dot')]
    return []


def _stored(obj: Object) -> list[FieldError]:
    """ValidateCustomResourceDefinitionStoredVersions."""
    versions = (obj.get('status') or {}).get('storedVersions') or []
    if not versions:
        return [field.invalid('status.storedVersions', [], 'must have at least one stored version')]
    known = [version.get('name') for version in obj['spec'].get('versions') or ()]
    return [field.invalid(f'status.storedVersions[{index}]', name, (
        'missing from spec.versions; v must remain in spec.versions until a storage migration ensures no data remains '
        'persisted in v and removes v from status.storedVersions'))
        for index, name in enumerate(versions) if name not in known]


def _approval(obj: Object, group: str) -> list[FieldError]:
    """validateAPIApproval: Kubernetes' own groups are not for everybody."""
    if not f'.{group}'.endswith(('.k8s.io', '.kubernetes.io')):
        return []
    given = (obj['metadata'].get('annotations') or {}).get(APPROVED)
    path, rule = f'metadata.annotations[{APPROVED}]', f'protected groups must have approval annotation "{APPROVED}"'
    if not given:
        return [field.required(path, f'{rule}, {_SEE}')]
    if given.startswith(('http://', 'https://', 'unapproved')):
        return []
    return [field.invalid(path, given, f'{rule} with either a URL or a reason starting with "unapproved", {_SEE}')]


# -- versions -----------------------------------------------------------------------------------------------------


def _alike(versions: list[Object]) -> set[str]:
    """What all versions have in common lies beside them in the internal form
    (Convert_v1_CustomResourceDefinitionSpec_To_apiextensions_CustomResourceDefinitionSpec)."""
    return {name for name in SHARED if all(item.get(name) == versions[0].get(name) for item in versions)}


def _versions(versions: list[Object]) -> list[FieldError]:
    found: list[FieldError] = []
    alike = _alike(versions)
    if 'schema' not in alike or not _schema(versions[0] if versions else {}):
        found += [field.required(f'spec.versions[{index}].schema.openAPIV3Schema', 'schemas are required')
                  for index, version in enumerate(versions) if version.get('served') and not _schema(version)]
    for index, version in enumerate(versions):
        path, name = f'spec.versions[{index}]', version.get('name', '')
        if problems := names.is_dns1035_label(name):
            found.append(field.invalid(f'{path}.name', name, ','.join(problems)))
        found += _deprecation(version, path)
        found += _content({key: value for key, value in version.items() if key not in alike}, f'{path}.schema', path,
                          _has_status(version))
    named = [version.get('name') for version in versions]
    for wrong, rule in ((len(set(named)) != len(named), 'must contain unique version names'),
                        (sum(bool(version.get('storage')) for version in versions) != 1,
                         'must have exactly one version marked as storage version')):
        if wrong:
            shown = [internal({key: value for key, value in version.items() if key not in alike}, _VERSION,
                              zeros={'Name': '', 'Served': False, 'Storage': False, 'Deprecated': False})
                     for version in versions]
            found.append(field.invalid('spec.versions', shown, rule))
    return found


def _together(versions: list[Object]) -> list[FieldError]:
    """What the versions have in common."""
    if not versions:
        return []
    shared = {name: versions[0].get(name) for name in _alike(versions)}
    return _content(shared, 'spec.validation', 'spec', any(map(_has_status, versions)))


def _content(version: Object, schema_path: str, path: str, has_status: bool) -> list[FieldError]:
    """Schema, subresources, columns and selectable fields."""
    found: list[FieldError] = []
    schema = _schema(version)
    if schema is not None:
        found += _validation(schema, f'{schema_path}.openAPIV3Schema', has_status)
    scale = (version.get('subresources') or {}).get('scale')
    if scale is not None:
        found += _scale(scale, f'{path}.subresources.scale')
    for index, column in enumerate(version.get('additionalPrinterColumns') or ()):
        found += _column(column, f'{path}.additionalPrinterColumns[{index}]')
    return found + _selectable(version.get('selectableFields') or [], schema or {}, f'{path}.selectableFields')


def _schema(version: Object) -> Object | None:
    return (version.get('schema') or {}).get('openAPIV3Schema') or None


def _has_status(version: Object) -> bool:
    return (version.get('subresources') or {}).get('status') is not None


def _validation(schema: Object, path: str, has_status: bool) -> list[FieldError]:
    """validateCustomResourceDefinitionValidation."""
    found: list[FieldError] = []
    if has_status and schema.get('type') != 'object':
        found.append(field.invalid(f'{path}.type', schema.get('type') or '', (
            'only "object" is allowed as the type at the root of the schema if the status subresource is enabled')))
    elif has_status and any(name in schema for name in ('allOf', 'anyOf', 'oneOf', 'not', 'additionalProperties')):
        found.append(field.invalid(path, schema, (
            f'only [{" ".join(_AT_ROOT)}] fields are allowed at the root of the schema if the status subresource is '
            'enabled')))
    if schema.get('nullable'):
        found.append(field.forbidden(f'{path}.nullable', 'nullable cannot be true at the root'))
    return [*found, *structural.validate(schema, path), *openapi.validate(schema, path)]


def _deprecation(version: Object, path: str) -> list[FieldError]:
    """validateDeprecationWarning."""
    text = version.get('deprecationWarning')
    if text is None:
        return []
    rules = []
    if not version.get('deprecated'):
        rules.append('can only be set for deprecated versions')
    elif len(text.encode()) > 256:
        rules.append('must be <= 256 characters long')
    elif not text:
        rules.append('must not be an empty string')
    elif not text.isprintable():
        place = next(index for index, char in enumerate(text) if not char.isprintable())
        rules.append(f'must only contain printable UTF-8 characters; non-printable character found at index {place}')
    return field.invalid_each(f'{path}.deprecationWarning', text, rules)


# -- columns, subresources, selectable fields ---------------------------------------------------------------------


def _simple_path(text: str, path: str) -> list[FieldError]:
    """validateSimpleJSONPath."""
    if not text.startswith('.'):
        return [field.invalid(path, text, 'must be a simple json path starting with .')]
    return []


def _column(column: Object, path: str) -> list[FieldError]:
    """ValidateCustomResourceColumnDefinition."""
    found: list[FieldError] = []
    if not column.get('name'):
        found.append(field.required(f'{path}.name'))
    kinds = f'must be one of {",".join(_COLUMN_TYPES)}'
    if not column.get('type'):
        found.append(field.required(f'{path}.type', kinds))
    elif column['type'] not in _COLUMN_TYPES:
        found.append(field.invalid(f'{path}.type', column['type'], kinds))
    if column.get('format') and column['format'] not in _COLUMN_FORMATS:
        found.append(field.invalid(f'{path}.format', column['format'], f'must be one of {",".join(_COLUMN_FORMATS)}'))
    if not column.get('jsonPath'):
        return [*found, field.required(f'{path}.JSONPath')]
    return found + _simple_path(column['jsonPath'], f'{path}.JSONPath')


def _scale(scale: Object, path: str) -> list[FieldError]:
    """ValidateCustomResourceDefinitionSubresources."""
    found: list[FieldError] = []
    for name, below, where in (('specReplicasPath', ('.spec.',), 'under .spec'),
                               ('statusReplicasPath', ('.status.',), 'under .status'),
                               ('labelSelectorPath', ('.spec.', '.status.'), 'under either .spec or .status')):
        given = scale.get(name) or ''
        if not given:
            if name != 'labelSelectorPath':
                found.append(field.required(f'{path}.{name}'))
        elif problems := _simple_path(given, f'{path}.{name}'):
            found += problems
        elif not given.startswith(below):
            found.append(field.invalid(f'{path}.{name}', given, f'should be a json path {where}'))
    return found


MOST_SELECTABLE = 8


def _selectable(given: list[Object], schema: Object, path: str) -> list[FieldError]:
    """ValidateCustomResourceSelectableFields."""
    found: list[FieldError] = []
    if len(given) > MOST_SELECTABLE:
        found.append(field.too_many(path, len(given), MOST_SELECTABLE))
    seen: set[str] = set()
    for index, item in enumerate(given):
        text, here = item.get('jsonPath') or '', f'{path}[{index}].jsonPath'
        if not text:
            found.append(field.required(here))
            continue
        target = openapi.at(schema, text) if text.startswith('.') else None
        if text.split('.')[1:2] == ['metadata']:
            found.append(field.invalid(here, text, 'must not point to fields in metadata'))
        elif target is None:
            found.append(field.invalid(here, text, 'is an invalid path: does not refer to a valid field'))
            continue
        elif target.get('type') not in ('string', 'boolean', 'integer') or target.get('nullable'):
            found.append(field.invalid(here, text, (
                'must point to a field of type string, boolean or integer. Enum string fields and strings with formats '
                'are allowed.')))
        if text in seen:
            found.append(field.duplicate(here, text))
        seen.add(text)
    return found


# -- names and conversion -----------------------------------------------------------------------------------------


def _names(given: Object) -> list[FieldError]:
    """ValidateCustomResourceDefinitionNames, and that the names are there."""
    found = [field.required(f'spec.names.{key}') for key in ('plural', 'singular', 'kind', 'listKind')
             if not given.get(key)]
    for key in ('plural', 'singular', 'kind', 'listKind'):
        value: str = given.get(key) or ''
        mixed = key in ('kind', 'listKind')
        if value and (problems := names.is_dns1035_label(value.lower() if mixed else value)):
            rule = 'may have mixed case, but should otherwise match: ' if mixed else ''
            found.append(field.invalid(f'spec.names.{key}', value, rule + ','.join(problems)))
    for index, short in enumerate(given.get('shortNames') or ()):
        found += _label(short, f'spec.names.shortNames[{index}]')
    if given.get('kind') and given['kind'] == given.get('listKind'):
        found.append(field.invalid('spec.names.listKind', given['listKind'], 'kind and listKind may not be the same'))
    for index, category in enumerate(given.get('categories') or ()):
        found += _label(category, f'spec.names.categories[{index}]')
    return found


def _label(text: str, path: str) -> list[FieldError]:
    problems = names.is_dns1035_label(text)
    return [field.invalid(path, text, ','.join(problems))] if problems else []


def _conversion(conversion: Object) -> list[FieldError]:
    """validateCustomResourceConversion."""
    strategy, webhook = conversion.get('strategy') or '', conversion.get('webhook') or {}
    found: list[FieldError] = []
    path, versions = 'spec.conversion', webhook.get('conversionReviewVersions') or []
    if strategy not in ('None', 'Webhook'):
        found.append(field.not_supported(f'{path}.strategy', strategy, ('None', 'Webhook')))
    config: Any = webhook.get('clientConfig')
    if strategy == 'Webhook':
        if config is None:
            found.append(field.required(f'{path}.webhookClientConfig', 'required when strategy is set to Webhook'))
        else:
            found += validate_client(config, f'{path}.webhookClientConfig')
        return found + review_versions(versions, f'{path}.conversionReviewVersions')
    rule = 'should not be set when strategy is not set to Webhook'
    if config is not None:
        found.append(field.forbidden(f'{path}.webhookClientConfig', rule))
    if versions:
        found.append(field.forbidden(f'{path}.conversionReviewVersions', rule))
    return found
