"""Auditing: a policy says of which requests what is written down (apiserver/pkg/audit)."""
