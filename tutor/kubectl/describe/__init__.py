"""Describers: one module per kind, each `describe(obj, related, now) -> text`; `catalog` says which kind has which."""
