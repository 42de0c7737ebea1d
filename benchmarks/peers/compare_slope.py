"""Runs windows of the rolling year by the exact programme, has PyPSA rebuild some, compares."""

import argparse
import sys
import time

from benchmarks.cases.planning_slope import control_of, loops, window_of
from benchmarks.cases.rolling import rolled
from benchmarks.peers.compare_rolling import AGREE_RATIO, peers_of
from benchmarks.rolling_park import rolling_year

from taihang.core.dispatch.slope.solve import SlopeAnswer

_STEPS = 1_000


def main() -> int:
    """Compare, print one line a window, and say whether all agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="the Python of an environment with pypsa")
    parser.add_argument("--windows", type=int, default=10, help="how many PyPSA solves")
    args = parser.parse_args()
    windows = [step.window for step in rolled(rolling_year(), steps=_STEPS)]
    control, inputs = control_of(windows[0], find_plan=loops()), [window_of(w) for w in windows]
    started_s = time.process_time()
    found = [control.step(each) for each in inputs]
    mine_ms = 1e3 * (time.process_time() - started_s) / _STEPS
    costs = [one.upper_cny for one in found if isinstance(one, SlopeAnswer)]
    kept = range(0, _STEPS, _STEPS // args.windows)
    peers, worst = peers_of([windows[at] for at in kept], peer=args.peer), 0.0
    for at, peer in zip(kept, peers, strict=True):
        off = abs(costs[at] - peer["objective"]) / max(1.0, abs(costs[at]))
        worst = max(worst, off)
        print(
            f"{windows[at].horizon.clock(0)}  ours {costs[at]:14.4f}"
            f"  peer {peer['objective']:14.4f}  apart {off:.1e}"
            f"  peer {1e3 * peer['cpu_s']:8.0f} CPU ms"
        )
    # The first network pays for what is imported late.
    peer_ms = 1e3 * sum(one["cpu_s"] for one in peers[1:]) / (len(peers) - 1)
    print(
        f"{len(kept)} windows, at most {worst:.1e} apart; a step {mine_ms:.4f} CPU ms by the "
        f"programme, {peer_ms:.0f} rebuilt by PyPSA: {peer_ms / mine_ms:.0f} ×"
    )
    return 0 if worst <= AGREE_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
