"""kubectl certificate."""

from __future__ import annotations

from tutor.kubectl.command import Command, Line, subcommands

COMMAND = Command(
    usage='certificate SUBCOMMAND',
    long='Modify certificate resources.',
    groups=subcommands(
        Line('approve', 'Approve a certificate signing request', 'certificate.approve'),
        Line('deny', 'Deny a certificate signing request', 'certificate.deny'),
    ),
    lenient=True,
)
