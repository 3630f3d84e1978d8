"""Custom resources: the rules of a resource that a CustomResourceDefinition describes."""
