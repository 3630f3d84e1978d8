"""kubectl config get-users."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import NamesOptions
from tutor.kubectl.command import Command


class GetUsersOptions(NamesOptions):
    section = 'users'


COMMAND = Command(
    usage='config get-users [flags]',
    long='Display users defined in the kubeconfig.',
    examples="""
        # List the users that kubectl knows about
        kubectl config get-users
        """,
    options=GetUsersOptions,
)
