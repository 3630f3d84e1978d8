"""The kubelet as a program of its machine: reads its configuration, says what is wrong with it, and works until it is
told to end (cmd/kubelet/app/server.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.cluster.containers.programs.waiting import until_stopped
from tutor.cluster.kubelet import startup
from tutor.shell.klog import Klog, silence
from tutor.shell.process import IO, Context
from tutor.shell.programs.packages import kubernetes

if TYPE_CHECKING:
    from tutor.cluster.kubelet.fleet import Fleet
    from tutor.cluster.kubelet.kubelet import Kubelet


class KubeletProgram:
    """/usr/bin/kubelet of one machine."""

    def __init__(self, kubelet: Kubelet, fleet: Fleet) -> None:
        self._kubelet = kubelet
        self._fleet = fleet

    async def __call__(self, argv: list[str], io: IO, ctx: Context) -> int:
        kubelet = self._kubelet
        if '--version' in argv:
            io.stdout.write(f'Kubernetes {kubernetes.release(ctx.files, "kubelet")}\n')
            return 0
        log = Klog(ctx.simulation, io.stderr.write, ctx.pid)
        try:
            settings = startup.read(argv, ctx.files)
        except startup.StartFailed as failure:
            if failure.before is not None:
                log.error(failure.before[0], 'Unhandled Error', failure.before[1])
            log.error('run.go:72', 'command failed', str(failure))
            return 1
        kubelet.upgrade(kubernetes.release(ctx.files, 'kubelet'))
        self._announce(settings, log)
        kubelet.configure(settings, log)
        kubelet.start()
        if kubelet.connected:
            self._fleet.resume(kubelet)
        await until_stopped(ctx, self._stop)
        return 0

    def _stop(self) -> None:
        self._kubelet.stop()
        self._kubelet.log = silence(self._kubelet.simulation)

    def _announce(self, settings: startup.Startup, log: Klog) -> None:
        kubelet = self._kubelet
        log.info('server.go:529', 'Kubelet version', kubeletVersion=kubelet.settings.version)
        log.info('server.go:531', 'Golang settings', GOGC='', GOMAXPROCS='', GOTRACEBACK='')
        log.info('server.go:955', 'Client rotation is on, will bootstrap in background')
        if settings.authority:
            log.info('dynamic_cafile_content.go:161', 'Starting controller',
                     name=f'client-ca-bundle::{settings.authority}')
        log.info('server.go:1423', 'Using cgroup driver setting received from the CRI runtime', cgroupDriver='systemd')
        log.info('kubelet.go:475', 'Attempting to sync node with API server')
        if settings.manifests:
            log.info('kubelet.go:376', 'Adding static pod path', path=settings.manifests)
        log.info('kubelet.go:387', 'Adding apiserver pod source')
        version = kubelet.settings.runtime.partition('://')[2]
        log.info('kuberuntime_manager.go:279', 'Container runtime initialized', containerRuntime='containerd',
                 version=f'v{version}', apiVersion='v1')
        log.info('server.go:1262', 'Started kubelet')
