"""kubectl certificate approve."""

from __future__ import annotations

from tutor.kubectl.cmd.certificate.base import ApprovalOptions, approval_flags
from tutor.kubectl.command import Command


class ApproveOptions(ApprovalOptions):
    condition, opposite, reason, operation = 'Approved', 'Denied', 'KubectlApprove', 'approved'
    message = 'This CSR was approved by kubectl certificate approve.'


COMMAND = Command(
    usage='certificate approve (-f FILENAME | NAME)',
    long="""
        Approve a certificate signing request.

        kubectl certificate approve allows a cluster admin to approve a certificate signing request (CSR). This action
        tells a certificate signing controller to issue a certificate to the requester with the attributes requested
        in the CSR.

        SECURITY NOTICE: Depending on the requested attributes, the issued certificate can potentially grant a
        requester access to cluster resources or to authenticate as a requested identity. Before approving a CSR,
        ensure you understand what the signed certificate can do.
        """,
    examples="""
        # Approve CSR 'csr-sqgzp'
        kubectl certificate approve csr-sqgzp
        """,
    flags=approval_flags('approved'),
    options=ApproveOptions,
)
