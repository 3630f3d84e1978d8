"""OpenAPI v3, one document for each group version, built from the index of the schema."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from typing import TYPE_CHECKING, Any

from tutor.apimachinery import enums, errors, schema
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.client.transport import Request, Response

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

SCALARS: dict[str, Object] = {
    schema.STRING: {'type': 'string'},
    schema.BOOLEAN: {'type': 'boolean'},
    schema.INT32: {'type': 'integer', 'format': 'int32'},
    schema.INT64: {'type': 'integer', 'format': 'int64'},
    schema.NUMBER: {'type': 'number', 'format': 'double'},
    schema.BYTES: {'type': 'string', 'format': 'byte'},
    schema.QUANTITY: {'$ref': '#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity'},
    schema.TIME: {'$ref': '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.Time'},
    schema.MICRO_TIME: {'$ref': '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime'},
    schema.INT_OR_STRING: {'$ref': '#/components/schemas/io.k8s.apimachinery.pkg.util.intstr.IntOrString'},
    schema.OBJECT: {'type': 'object'},
    schema.ANY: {},
}
NAMED: dict[str, Object] = {
    'io.k8s.apimachinery.pkg.api.resource.Quantity': {'oneOf': [{'type': 'string'}, {'type': 'number'}]},
    'io.k8s.apimachinery.pkg.apis.meta.v1.Time': {'type': 'string', 'format': 'date-time'},
    'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': {'type': 'string', 'format': 'date-time'},
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
        'format': 'int-or-string', 'oneOf': [{'type': 'integer'}, {'type': 'string'}]},
}
OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
FIELDS = 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1'
NAMED[FIELDS] = {'type': 'object'}
WRITES = {'create': 'post', 'update': 'put', 'patch': 'patch'}
READS = {'get': 'get', 'delete': 'delete'}


def answer(server: ApiServer, rest: list[str], request: Request) -> Response:
    """'/openapi/v3' lists the documents, '/openapi/v3/apis/apps/v1' is one; raises PageNotFound."""
    match rest:
        case ['v3']:
            return Response(200, {'paths': {path: {'serverRelativeURL': f'/openapi/v3/{path}?hash={_hash(path)}'}
                                            for path in _documents(server)}})
        case ['v3', 'api', version]:
            return Response(200, document(server, '', version))
        case ['v3', 'apis', group, version]:
            return Response(200, document(server, group, version))
        case ['v2']:
            return Response(200, swagger(server))
    raise errors.PageNotFound


def swagger(server: ApiServer) -> Object:
    """OpenAPI v2: all group versions in one document, with the names of that version for the same things."""
    paths: Object = {}
    definitions: Object = {}
    for group, version in dict.fromkeys((group, version) for group, version, _ in server.resources):
        found = document(server, group, version)
        paths.update(found['paths'])
        definitions.update(found['components']['schemas'])
    text = json.dumps({'paths': paths, 'definitions': definitions}).replace('#/components/schemas/', '#/definitions/')
    parts = json.loads(text)
    _as_swagger(parts)
    return {'swagger': '2.0', 'info': {'title': 'Kubernetes', 'version': server.version.get('gitVersion', '')}, **parts}


def _as_swagger(value: Any) -> None:
    """Bodies of responses are schemas themselves, parameters have their types beside their names, and a reference
    stands alone."""
    if isinstance(value, list):
        for item in value:
            _as_swagger(item)
    elif isinstance(value, dict):
        content = value.pop('content', None) if isinstance(value.get('content'), dict) and \
            'application/json' in value['content'] else None
        if content is not None:
            value['schema'] = content['application/json']['schema']
        if value.get('in') == 'query' and 'schema' in value:
            value.update(value.pop('schema'))
        if isinstance(value.get('allOf'), list) and len(value['allOf']) == 1 and value.get('default') == {}:
            value.update(value.pop('allOf')[0])
            value.pop('default')
        if value.pop('oneOf', None) and 'properties' not in value:  # there is no choice of types: it is sent as text
            value['type'] = 'string'
        for item in value.values():
            _as_swagger(item)


def _documents(server: ApiServer) -> list[str]:
    return list(dict.fromkeys(f'apis/{group}/{version}' if group else f'api/{version}'
                              for group, version, _ in server.resources))


def _hash(path: str) -> str:
    return hashlib.sha512(path.encode()).hexdigest().upper()


def document(server: ApiServer, group: str, version: str) -> Object:
    """The document of a group version: its paths, and every definition they reach."""
    found = [r for r in server.resources.values() if (r.group, r.version) == (group, version)]
    if not found:
        raise errors.PageNotFound
    paths: Object = {}
    roots: list[str] = []
    custom: Object = {}
    for resource in found:
        definition = schema.for_resource(resource)
        if definition is not None:
            roots.append(definition.name)
        elif (structural := server.custom_schema(resource)) is not None:
            custom[_custom_name(resource)] = _published(resource, structural)
            roots.append(OBJECT_META)
        paths.update(_paths(resource, definition.name if definition else _custom_name(resource)))
    return {'openapi': '3.0.0', 'info': {'title': 'Kubernetes', 'version': server.version.get('gitVersion', '')},
            'paths': paths, 'components': {'schemas': {**_reachable(roots), **custom}}}


def _published(resource: Resource, structural: Object) -> Object:
    """A custom resource's schema as it is published: with what every object has (controller/openapi/builder)."""
    def described(name: str, more: Object) -> Object:
        return {'description': schema.description('io.k8s.api.core.v1.Pod', name), **more}
    common = {
        'apiVersion': described('apiVersion', {'type': 'string'}),
        'kind': described('kind', {'type': 'string'}),
        'metadata': described('metadata', {'allOf': [{'$ref': f'#/components/schemas/{OBJECT_META}'}], 'default': {}}),
    }
    return {**structural, 'properties': {**(structural.get('properties') or {}), **common},
            'x-kubernetes-group-version-kind': [
                {'group': resource.group, 'version': resource.version, 'kind': resource.kind}]}


def _custom_name(resource: Resource) -> str:
    return '.'.join((*reversed(resource.group.split('.')), resource.version, resource.kind))


def _paths(resource: Resource, definition: str) -> Object:
    collection = resource.path('{namespace}' if resource.namespaced else '')
    kind = {'group': resource.group, 'version': resource.version, 'kind': resource.kind}
    found: Object = {collection: {}, f'{collection}/{{name}}': {}}
    for verb, method in {**WRITES, **READS}.items():
        if verb not in resource.verbs:
            continue
        path = collection if verb == 'create' else f'{collection}/{{name}}'
        found[path][method] = _operation(kind, definition, verb)
    return {path: operations for path, operations in found.items() if operations}


def _operation(kind: Object, definition: str, verb: str) -> Object:
    operation: Object = {
        'responses': {'200': {'description': 'OK', 'content': {'application/json': {
            'schema': {'$ref': f'#/components/schemas/{definition}'}}}}},
        'x-kubernetes-action': {'create': 'post', 'update': 'put'}.get(verb, verb),
        'x-kubernetes-group-version-kind': kind}
    if verb in WRITES:
        operation['parameters'] = [
            {'name': name, 'in': 'query', 'schema': {'type': 'string', 'uniqueItems': True}}
            for name in ('dryRun', 'fieldManager', 'fieldValidation')]
    return operation


def _reachable(roots: list[str]) -> Object:
    found: Object = {}
    waiting = deque(roots)
    while waiting:
        name = waiting.popleft()
        definition = schema.definition(name)
        if name in found or definition is None:
            continue
        found[name] = _schema(definition)
        for field in definition.fields.values():
            ref = _ref(field)
            if ref:
                waiting.append(ref)
            elif (named := _type(_leaf(field)).get('$ref')) is not None:
                short = named.rpartition('/')[2]
                found.setdefault(short, {**NAMED[short], 'description': schema.description(short)})
    return found


def _leaf(field: schema.Field) -> schema.Field:
    while field.items is not None:
        field = field.items
    return field


def _ref(field: schema.Field) -> str:
    return _leaf(field).ref


def _schema(definition: schema.Definition) -> Object:
    properties = {name: _property(definition.name, field) for name, field in definition.fields.items()}
    found: Object = {'type': 'object', 'description': schema.description(definition.name)}
    if definition.required:
        found['required'] = list(definition.required)
    if properties:
        found['properties'] = properties
    if definition.kinds:
        found['x-kubernetes-group-version-kind'] = [
            {'group': group, 'version': version, 'kind': kind} for group, version, kind in definition.kinds]
    if definition.map_type:
        found['x-kubernetes-map-type'] = definition.map_type
    return found


def _property(owner: str, field: schema.Field) -> Object:
    found: Object = _type(field)
    text = schema.description(owner, field.name)
    named = enums.values(owner.rpartition('.')[2], field.name)
    if named:
        text, found['enum'] = enums.described(text, named), list(named)
    if '$ref' in found:
        found = {'allOf': [found], 'default': {}}
    if text:
        found = {'description': text, **found}
    if field.list_type:
        found['x-kubernetes-list-type'] = field.list_type
    if field.map_keys:
        found['x-kubernetes-list-map-keys'] = list(field.map_keys)
    if field.merge_key:
        found['x-kubernetes-patch-merge-key'] = field.merge_key
    if field.patch:
        found['x-kubernetes-patch-strategy'] = ','.join(field.patch)
    return found


def _type(field: schema.Field) -> dict[str, Any]:
    if field.name == 'fieldsV1':
        return {'$ref': f'#/components/schemas/{FIELDS}'}
    if field.type == schema.STRUCT:
        return {'$ref': f'#/components/schemas/{field.ref}'}
    if field.type == schema.LIST:
        assert field.items is not None
        return {'type': 'array', 'items': _type(field.items)}
    if field.type == schema.MAP:
        assert field.items is not None
        return {'type': 'object', 'additionalProperties': _type(field.items)}
    return dict(SCALARS[field.type])
