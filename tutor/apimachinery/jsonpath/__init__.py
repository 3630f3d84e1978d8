"""kubectl's dialect of JSONPath (client-go/util/jsonpath): templates with text, paths, filters and ranges."""

from tutor.apimachinery.jsonpath.evaluate import JSONPath
from tutor.apimachinery.jsonpath.nodes import JSONPathError
from tutor.apimachinery.jsonpath.relaxed import relaxed

__all__ = ['JSONPath', 'JSONPathError', 'parse', 'relaxed']


def parse(template: str) -> JSONPath:
    """Parse a template such as '{.items[*].metadata.name}'. Raises JSONPathError."""
    return JSONPath(template)
