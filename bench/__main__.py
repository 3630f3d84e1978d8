"""Runs every measurement and prints it beside its target.

    python -m bench [NAME …]
"""

from __future__ import annotations

import sys

from bench import api, cluster, kubectl, program, scale, server, shell
from bench.figure import Figure, show

MEASUREMENTS = (*program.MEASUREMENTS, *cluster.MEASUREMENTS, *api.MEASUREMENTS, *scale.MEASUREMENTS,
                *shell.MEASUREMENTS, *kubectl.MEASUREMENTS, *server.MEASUREMENTS)


def main() -> int:
    wanted = sys.argv[1:]
    missed = 0
    for measure in MEASUREMENTS:
        if wanted and measure.__name__ not in wanted:
            continue
        found = measure()
        for figure in found if isinstance(found, list) else [found]:
            assert isinstance(figure, Figure)
            missed += not figure.met
            print(show(figure), flush=True)
    print(f'{missed} figures miss their target' if missed else 'every figure meets its target')
    return 0


if __name__ == '__main__':
    sys.exit(main())
