"""kubectl create secret: a secret of one of three types."""

from __future__ import annotations

from tutor.kubectl.command import Command, Line, subcommands

COMMAND = Command(
    usage='create secret (docker-registry | generic | tls)',
    long="""
        Create a secret with specified type.

        A docker-registry type secret is for accessing a container registry.

        A generic type secret indicate an Opaque secret type.

        A tls type secret holds TLS certificate and its associated key.
        """,
    groups=subcommands(
        Line('docker-registry', 'Create a secret for use with a Docker registry', 'create.secret.docker_registry'),
        Line('generic', 'Create a secret from a local file, directory, or literal value', 'create.secret.generic'),
        Line('tls', 'Create a TLS secret', 'create.secret.tls'),
    ),
)
