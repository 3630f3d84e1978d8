"""kubectl certificate deny."""

from __future__ import annotations

from tutor.kubectl.cmd.certificate.base import ApprovalOptions, approval_flags
from tutor.kubectl.command import Command


class DenyOptions(ApprovalOptions):
    condition, opposite, reason, operation = 'Denied', 'Approved', 'KubectlDeny', 'denied'
    message = 'This CSR was denied by kubectl certificate deny.'


COMMAND = Command(
    usage='certificate deny (-f FILENAME | NAME)',
    long="""
        Deny a certificate signing request.

        kubectl certificate deny allows a cluster admin to deny a certificate signing request (CSR). This action tells
        a certificate signing controller to not to issue a certificate to the requester.
        """,
    examples="""
        # Deny CSR 'csr-sqgzp'
        kubectl certificate deny csr-sqgzp
        """,
    flags=approval_flags('denied'),
    options=DenyOptions,
)
