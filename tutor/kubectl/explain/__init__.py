"""`kubectl explain`: the documentation of a resource, from the OpenAPI v3 document of its group version."""
