"""kubectl auth."""

from __future__ import annotations

from tutor.kubectl.command import Command, Line, subcommands

COMMAND = Command(
    usage='auth [flags]',
    long='Inspect authorization.',
    groups=subcommands(
        Line('can-i', 'Check whether an action is allowed', 'auth.can_i'),
        Line('reconcile', 'Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding '
             'objects', 'auth.reconcile'),
        Line('whoami', 'Experimental: Check self subject attributes', 'auth.whoami'),
    ),
)
