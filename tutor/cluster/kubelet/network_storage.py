"""Storage of the network that is no driver's: on nodes that have none of the tools for it, and from servers that nobody
runs, it is not to be had (pkg/volume/nfs, iscsi, fc)."""

from __future__ import annotations

from tutor.cluster.kubelet.volumes import MountFailure, ProcessingFailure, Volume

HELPERS = ('/sbin/mount.nfs', '/usr/sbin/mount.nfs')


class Nfs(Volume):
    """nfs: mounted by mount(8), which needs a helper on the node and a server."""

    def check(self) -> None:
        if self.around.pretended:
            return
        where = f'/var/lib/kubelet/pods/{self.pod["metadata"]["uid"]}/volumes/kubernetes.io~nfs/{self.name}'
        remote = f'{self.source["server"]}:{self.source["path"]}'
        options = ''.join(f'-o {",".join(given)} ' for given in [self.source.get('mountOptions')] if given)
        if any(self.around.machine.exists(helper) for helper in HELPERS):
            said = f'mount.nfs: Connection timed out for {remote} on {where}'
        else:
            said = (f'mount: {where}: bad option; for several filesystems (e.g. nfs, cifs) you might need a '
                    '/sbin/mount.<type> helper program.\n'
                    '       dmesg(1) may have more information after failed mount system call.')
        raise MountFailure(f'mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs '
                           f'{options}{remote} {where}\nOutput: {said}\n')


class Iscsi(Volume):
    """iscsi: found by iscsiadm, which the nodes do not have."""

    def check(self) -> None:
        if self.around.pretended:
            return
        portal = self.source.get('targetPortal', '')
        portal = portal if ':' in portal else f'{portal}:3260'
        raise MountFailure(
            'failed to get any path for iscsi disk, last err seen:\n'
            f'iscsi: failed to sendtargets to portal {portal} output: , err exec: "iscsiadm": executable file not '
            'found in $PATH', step='MountVolume.WaitForAttach failed')


class FibreChannel(Volume):
    """fc: a disk that is not there."""

    def check(self) -> None:
        if not self.around.pretended:
            raise MountFailure('no fc disk found', step='MountVolume.WaitForAttach failed')


class Unknown(Volume):
    """A kind whose plug-in the kubelet no longer has."""

    def check(self) -> None:
        raise ProcessingFailure(f'failed to get Plugin from volumeSpec for volume "{self.name}" err=no volume plugin '
                                'matched')
