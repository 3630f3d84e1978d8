"""What `apply` remembers: the last applied configuration, in an annotation (kubectl/pkg/util/apply.go)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object

LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'


def original_configuration(obj: Object) -> str | None:
    """GetOriginalConfiguration."""
    return ((obj.get('metadata') or {}).get('annotations') or {}).get(LAST_APPLIED)


def modified_configuration(obj: Object, annotate: bool) -> Object:
    """GetModifiedConfiguration: a copy of the object that, with `annotate`, carries itself."""
    meta = dict(obj.get('metadata') or {})
    annotations = {key: value for key, value in (meta.get('annotations') or {}).items() if key != LAST_APPLIED}
    meta['annotations'] = annotations
    bare = {**obj, 'metadata': meta}
    if not annotate:
        return bare
    return {**bare, 'metadata': {**meta, 'annotations': {**annotations, LAST_APPLIED: configuration_text(bare)}}}


def configuration_text(obj: Object) -> str:
    """The object as the annotation holds it: one line of JSON with a newline."""
    from tutor.apimachinery.printing.json import to_json
    return to_json(obj, indent=None) + '\n'


def annotated(obj: Object, save_config: bool, typed: bool = False) -> Object:
    """CreateOrUpdateAnnotation: with --save-config, or when the object carries one already, it is brought up to
    date. `typed`: the command has the object as a Go struct."""
    if save_config and typed:
        from tutor.apimachinery.printing.go_structs import in_struct_order
        from tutor.apimachinery.printing.json import to_json
        text = to_json(in_struct_order(obj), indent=None, sort_keys=False) + '\n'
        meta = obj['metadata']
        return {**obj, 'metadata': {**meta, 'annotations': {**(meta.get('annotations') or {}), LAST_APPLIED: text}}}
    if save_config or original_configuration(obj) is not None:
        return modified_configuration(obj, True)
    return obj
