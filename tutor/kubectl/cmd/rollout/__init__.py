"""kubectl rollout."""

from __future__ import annotations

from tutor.kubectl.command import Command, Line, subcommands

COMMAND = Command(
    usage='rollout SUBCOMMAND',
    long="""
            Manage the rollout of one or many resources.

        Valid resource types include:

        * deployments
        * daemonsets
        * statefulsets
        """,
    examples="""
        # Rollback to the previous deployment
        kubectl rollout undo deployment/abc

        # Check the rollout status of a daemonset
        kubectl rollout status daemonset/foo

        # Restart a deployment
        kubectl rollout restart deployment/abc

        # Restart deployments with the 'app=nginx' label
        kubectl rollout restart deployment --selector=app=nginx
        """,
    groups=subcommands(
        Line('history', 'View rollout history', 'rollout.history'),
        Line('pause', 'Mark the provided resource as paused', 'rollout.pause'),
        Line('restart', 'Restart a resource', 'rollout.restart'),
        Line('resume', 'Resume a paused resource', 'rollout.resume'),
        Line('status', 'Show the status of the rollout', 'rollout.status'),
        Line('undo', 'Undo a previous rollout', 'rollout.undo'),
    ),
    help_to_stdout=True,
)
