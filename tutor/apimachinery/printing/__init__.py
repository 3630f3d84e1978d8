"""Objects as text: YAML as sigs.k8s.io/yaml writes it, JSON as Go's encoder does."""

from tutor.apimachinery.printing.json import to_json
from tutor.apimachinery.printing.yaml import to_yaml

__all__ = ['to_json', 'to_yaml']
