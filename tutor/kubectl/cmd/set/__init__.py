"""kubectl set."""

from __future__ import annotations

from tutor.kubectl.command import Command, Line, subcommands

COMMAND = Command(
    usage='set SUBCOMMAND',
    long="""
        Configure application resources.

        These commands help you make changes to existing application resources.
        """,
    groups=subcommands(
        Line('env', 'Update environment variables on a pod template', 'set.env'),
        Line('image', 'Update the image of a pod template', 'set.image'),
        Line('resources', 'Update resource requests/limits on objects with pod templates', 'set.resources'),
        Line('selector', 'Set the selector on a resource', 'set.selector'),
        Line('serviceaccount', 'Update the service account of a resource', 'set.serviceaccount', ('sa',)),
        Line('subject', 'Update the user, group, or service account in a role binding or cluster role binding',
             'set.subject'),
    ),
)
