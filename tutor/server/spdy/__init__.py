"""SPDY/3.1 as Kubernetes' clients speak it: many streams on one connection. No input and no output happens here:
bytes come in through `Connection.receive` and go out through the function that it was given.

No kept Python library does this. Flow control is left out, as it is in the Go library on the other side
(moby/spdystream): neither sends WINDOW_UPDATE, so that a window would never open again.
"""
