"""openssl, as far as people use it around Kubernetes: keys, requests, certificates, digests. What it writes is real."""
