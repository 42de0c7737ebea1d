"""Runs windows of the rolling year by the ring, has PyPSA build and solve the same, compares."""

import argparse
import json
import subprocess
import sys
import time
from typing import Final

from benchmarks.cases.rolling import rolled
from benchmarks.rolling_park import rolling_year

from taihang.adapters.highs_ring import RingStepper
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.stepping import Stepped

AGREE_RATIO: Final = 1e-6
_PEER: Final = "benchmarks/peers/pypsa_steps.py"


def main() -> int:
    """Compare, print one line a window, and say whether all agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="the Python of an environment with pypsa")
    parser.add_argument("--steps", type=int, default=500, help="steps of the ring")
    parser.add_argument("--windows", type=int, default=10, help="of them, how many PyPSA solves")
    args = parser.parse_args()
    year, ring = rolling_year(), RingStepper(monotonic_s=time.monotonic)
    kept = list[tuple[ParkProblem, Stepped]]()
    every = args.steps // args.windows

    def keeping(window: ParkProblem, /, *, time_limit_s: float, gap: float) -> Stepped:
        step = ring(window, time_limit_s=time_limit_s, gap=gap)
        if len(kept) < args.windows and (window.horizon.start_s - start_s) // 900 % every == 0:
            kept.append((window, step))
        return step

    start_s = year.problem.horizon.start_s
    started_s = time.process_time()
    for _ in rolled(year, keeping, steps=args.steps):
        pass
    mine_ms = 1e3 * (time.process_time() - started_s) / args.steps
    peers = _peers([window for window, _ in kept], peer=args.peer)
    worst = 0.0
    for (window, step), peer in zip(kept, peers, strict=True):
        upper = step.upper_cny
        assert upper is not None
        off = abs(upper - peer["objective"]) / max(1.0, abs(upper))
        worst = max(worst, off)
        print(
            f"{window.horizon.clock(0)}  ours {upper:16.4f}  peer {peer['objective']:16.4f}  "
            f"apart {off:.1e}  peer {1e3 * peer['cpu_s']:8.0f} CPU ms"
        )
    # The first network pays for what is imported late.
    peer_ms = 1e3 * sum(one["cpu_s"] for one in peers[1:]) / (len(peers) - 1)
    print(
        f"{len(kept)} windows, at most {worst:.1e} apart; a step {mine_ms:.2f} CPU ms by the ring, "
        f"{peer_ms:.0f} rebuilt by PyPSA: {peer_ms / mine_ms:.0f} ×"
    )
    return 0 if worst <= AGREE_RATIO else 1


def _peers(windows: list[ParkProblem], *, peer: str) -> list[dict[str, float]]:
    answer = subprocess.run(
        [peer, _PEER],
        input=json.dumps([window.echo() for window in windows]),
        capture_output=True,
        text=True,
        check=True,
        env={},
    )
    found: list[dict[str, float]] = json.loads(answer.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
