"""kubectl kuberc."""

from __future__ import annotations

from tutor.kubectl.command import Command, Line, subcommands

COMMAND = Command(
    usage='kuberc SUBCOMMAND',
    long="""
        Manage user preferences (kuberc) file.

        The kuberc file allows you to customize your kubectl experience.
        """,
    groups=subcommands(
        Line('set', 'Set values in the kuberc configuration', 'kuberc.set'),
        Line('view', 'Display the current kuberc configuration', 'kuberc.view'),
    ),
)
