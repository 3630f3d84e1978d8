"""Protobuf: typed Go clients, kubectl's `create` among them, send it unasked, and many ask for it; an API server keeps
objects so in etcd.

`wire` reads and writes protobuf, `numbers` knows the fields of Kubernetes' messages, `decoding` makes objects of both,
`encoding` goes the way back, and `swagger` is OpenAPI v2.
"""
