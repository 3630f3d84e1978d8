"""The plaintext rendering of a resource's documentation (kubectl/pkg/explain/v2/templates/plaintext.tmpl)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.kubectl.explain.wordwrap import wrap

Schema = Mapping[str, Any]
METHODS = ('get', 'post', 'put', 'patch', 'delete')
SHOWN_ENUM = 4


class ExplainError(Exception):
    """What the document does not have; `shown` is what was printed before that was noticed."""

    def __init__(self, message: str, shown: str = '') -> None:
        super().__init__(message)
        self.shown = shown


class Document:
    """An OpenAPI v3 document; answers what the template asks it."""

    def __init__(self, content: Schema) -> None:
        self.paths: Schema = content.get('paths') or {}
        self.schemas: Schema = (content.get('components') or {}).get('schemas') or {}

    def kind_of(self, group: str, version: str, resource: str) -> Schema | None:
        """The group, version and kind of the objects under a resource's path."""
        prefix = f'/apis/{group}/{version}' if group else f'/api/{version}'
        for middle in ('', '/namespaces/{namespace}'):
            for name in ('', '/{name}'):
                operations = self.paths.get(f'{prefix}{middle}/{resource}{name}') or {}
                for method in METHODS:
                    found = (operations.get(method) or {}).get('x-kubernetes-group-version-kind')
                    if found:
                        return found
        return None

    def schema_of(self, kind: Schema) -> Schema | None:
        for schema in self.schemas.values():
            if kind in (schema.get('x-kubernetes-group-version-kind') or ()):
                return schema
        return None

    def resolve(self, schema: Schema) -> Schema:
        """What a reference refers to; the schema itself when it is none."""
        found = self.schemas.get(str(schema.get('$ref', '')).removeprefix('#/components/schemas/'))
        return schema if found is None else found


def explain(content: Schema, group: str, version: str, resource: str, path: Sequence[str], recursive: bool) -> str:
    """The text for a resource, or for the field that `path` leads to. Raises ExplainError."""
    document = Document(content)
    kind = document.kind_of(group, version, resource)
    if kind is None:
        gvr = f'{group}/{version}, Resource={resource}'
        raise ExplainError(f'GVR ({gvr}) not found in OpenAPI schema')
    head = f'GROUP:      {kind["group"]}\n' if kind.get('group') else ''
    head += f'KIND:       {kind["kind"]}\nVERSION:    {kind["version"]}\n\n'
    schema = document.schema_of(kind)
    if schema is None:
        raise ExplainError(f'GVK {kind} not found in OpenAPI schema', head)
    body = _Page(document, recursive).output(schema, list(path), frozenset())
    if body is None:
        raise ExplainError(f'field "{path[-1]}" does not exist', head)
    return f'{head}{body}\n'


class _Page:
    def __init__(self, document: Document, recursive: bool) -> None:
        self._document = document
        self._recursive = recursive

    def output(self, schema: Schema, path: list[str], seen: frozenset[str]) -> str | None:
        """Follow the path; None when it leads nowhere."""
        reference = schema.get('$ref', '')
        resolved = self._document.resolve(schema)
        if not path:
            return self._page(resolved)
        if reference and reference in seen:
            return None
        known = seen | {reference}
        properties = resolved.get('properties') or {}
        if path[0] in properties:
            child = properties[path[0]]
            rest = self.output(child, path[1:], frozenset())
            if len(path) > 1 or rest is None:
                return rest
            return f'FIELD: {path[0]} <{self._type(child)}>\n{_enum_block(child)}\n\n{rest}'
        if resolved.get('items'):
            return self.output(resolved['items'], path, known)
        if isinstance(resolved.get('additionalProperties'), Mapping):
            return self.output(resolved['additionalProperties'], path, known)
        for part in resolved.get('allOf') or ():
            found = self.output(part, path, known)
            if found:
                return found
        return None

    def _page(self, schema: Schema) -> str:
        description = ''.join(self._descriptions(schema)) or '<empty>'
        text = f'DESCRIPTION:\n{_indented(wrap(description, 76), 4)}\n'
        documents = schema.get('externalDocs')
        if documents:
            text += '\n' + _external(documents, 0)
        fields = ''.join(self._fields(schema, 1, frozenset()))
        return f'{text}FIELDS:\n{fields}' if fields else text

    def _descriptions(self, schema: Schema) -> Iterator[str]:
        schema = self._document.resolve(schema)
        if schema.get('description'):
            yield schema['description'] + '\n'
        for part in schema.get('allOf') or ():
            yield from self._descriptions(part)
        if schema.get('items'):
            yield from self._descriptions(schema['items'])
        if isinstance(schema.get('additionalProperties'), Mapping):
            yield from self._descriptions(schema['additionalProperties'])

    def _fields(self, schema: Schema, level: int, seen: frozenset[str]) -> Iterator[str]:
        reference = schema.get('$ref', '')
        if reference and reference in seen:
            return
        known = seen | {reference}
        resolved = self._document.resolve(schema)
        for name, child in sorted((resolved.get('properties') or {}).items()):
            yield self._field(name, child, name in (resolved.get('required') or ()), level)
            if self._recursive:
                yield from self._fields(child, level + 1, known)
        for part in resolved.get('allOf') or ():
            yield from self._fields(part, level, known)
        if resolved.get('items'):
            yield from self._fields(resolved['items'], level, known)
        if isinstance(resolved.get('additionalProperties'), Mapping):
            yield from self._fields(resolved['additionalProperties'], level, known)

    def _field(self, name: str, schema: Schema, required: bool, level: int) -> str:
        indent = level * 2
        text = f'{" " * indent}{name}\t<{self._type(schema)}>{" -required-" if required else ""}'
        text += _enum_line(schema, indent) + '\n'
        if self._recursive:
            return text
        description = schema.get('description') or '<no description>'
        text += _indented(wrap(description, 78 - indent), indent + 2) + '\n'
        if schema.get('externalDocs'):
            text += '\n' + _external(schema['externalDocs'], indent + 2)
        return text + '\n'

    def _type(self, schema: Schema) -> str:
        """typeGuess: 'string', '[]Container', 'map[string]Quantity'."""
        if schema.get('items'):
            return f'[]{self._type(schema["items"])}'
        if isinstance(schema.get('additionalProperties'), Mapping) and schema['additionalProperties']:
            return f'map[string]{self._type(schema["additionalProperties"])}'
        parts = schema.get('allOf') or ()
        if len(parts) == 1 and not schema.get('properties'):
            return self._type(parts[0])
        reference = schema.get('$ref')
        if reference:
            found = self._document.resolve(schema)
            kind = found.get('type') if found is not schema else None
            return kind if kind and kind != 'object' else reference.rpartition('/')[2].rpartition('.')[2] or 'Object'
        kind = schema.get('type')
        return 'Object' if kind in (None, '', 'object') else kind


def _enum_block(schema: Schema) -> str:
    values = schema.get('enum')
    return 'ENUM:' + ''.join(f'\n    {_enum_value(value)}' for value in values) if values else ''


def _enum_line(schema: Schema, indent: int) -> str:
    values = schema.get('enum')
    if not values:
        return ''
    text = f'\n{" " * indent}enum: ' + ', '.join(_enum_value(value) for value in values[:SHOWN_ENUM])
    return text + ', ....' if len(values) > SHOWN_ENUM else text


def _enum_value(value: Any) -> str:
    if value == '':
        return '""'
    return {True: 'true', False: 'false'}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _external(documents: Schema, indent: int) -> str:
    text = ' ' * indent + 'EXTERNAL DOCS:\n'
    if documents.get('description'):
        text += _indented(wrap(documents['description'], 76 - indent), indent + 4) + '\n'
    if documents.get('url'):
        text += ' ' * (indent + 4) + f'URL: {documents["url"]}\n'
    return text


def _indented(text: str, amount: int) -> str:
    pad = ' ' * amount
    return pad + text.replace('\n', '\n' + pad)
