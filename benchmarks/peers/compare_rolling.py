"""Runs windows of the rolling year by the ring, has PyPSA build and solve the same, compares."""

import argparse
import json
import subprocess
import sys
from typing import Final

from benchmarks.cases.rolling import rolled
from benchmarks.rolling_park import rolling_year

from taihang.core.dispatch.park_problem import ParkProblem

AGREE_RATIO: Final = 1e-6
_PEER: Final = "benchmarks/peers/pypsa_steps.py"


def main() -> int:
    """Compare, print one line a window, and say whether all agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="the Python of an environment with pypsa")
    parser.add_argument("--steps", type=int, default=500, help="steps of the ring")
    parser.add_argument("--windows", type=int, default=10, help="of them, how many PyPSA solves")
    args = parser.parse_args()
    steps = list(rolled(rolling_year(), steps=args.steps))
    mine_ms = 1e3 * sum(one.cpu_s for one in steps) / len(steps)
    kept = steps[:: args.steps // args.windows]
    peers = peers_of([one.window for one in kept], peer=args.peer)
    worst = 0.0
    for step, peer in zip(kept, peers, strict=True):
        upper, window = step.upper_cny, step.window
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


def peers_of(windows: list[ParkProblem], *, peer: str) -> list[dict[str, float]]:
    """Return objective and CPU time of each window, built and solved by the peer."""
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
