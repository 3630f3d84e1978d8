"""Bodies in protobuf: typed Go clients, kubectl's `create` among them, send them unasked and do not fall back to JSON.

`wire` reads protobuf, `numbers` knows the fields of Kubernetes' messages, `decoding` makes objects of both.
"""
