"""What the door counts, in the text format of Prometheus.

Written here, for it is a page of code: a client library would be a dependency for adding integers.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_MAX_CODES: Final = 200


@dataclass(slots=True)
class Histogram:
    """How often something took how long."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS_S) + 1))
    sum_s: float = 0.0

    def observe(self, seconds_s: float) -> None:
        """Count one duration in seconds."""
        self.counts[bisect_left(_BOUNDS_S, seconds_s)] += 1
        self.sum_s += seconds_s


class Metrics:
    """Counters of one door; the writer's thread and the event loop both move them.

    Example:
        >>> metrics = Metrics()
        >>> metrics.refused("input.json-text")
        >>> 'taihang_ingest_refused_total{code="input.json-text"} 1' in metrics.text({})
        True
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._batches = {"stored": 0, "replayed": 0}
        self._bytes = 0
        self._refused: dict[str, int] = {}
        self.commit = Histogram()
        """Storing one group: waiting for the lock, checking, writing, forcing."""
        self.fsync = Histogram()
        """One forced write."""

    def stored(self, *, n_bytes: int, replayed: bool) -> None:
        """Count a batch that was answered with a receipt."""
        with self._lock:
            self._batches["replayed" if replayed else "stored"] += 1
            if not replayed:
                self._bytes += n_bytes

    def refused(self, code: str) -> None:
        """Count a refusal by its code."""
        with self._lock:
            if code in self._refused or len(self._refused) < _MAX_CODES:
                self._refused[code] = self._refused.get(code, 0) + 1

    def forced(self, seconds_s: float) -> None:
        """Count one forced write, in seconds."""
        with self._lock:
            self.fsync.observe(seconds_s)

    def committed(self, seconds_s: float) -> None:
        """Count the storing of one group, in seconds."""
        with self._lock:
            self.commit.observe(seconds_s)

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """Return everything as a page for Prometheus.

        Args:
            gauges: Name, help text and value of what is looked at now and not counted here.
        """
        with self._lock:
            lines = [*self._counters(), *self._histograms()]
        for name, (about, value) in gauges.items():
            lines += _head(name, "counter" if name.endswith("_total") else "gauge", about)
            lines.append(f"{name} {_number(value)}")
        return "\n".join(lines) + "\n"

    def _counters(self) -> Iterator[str]:
        name = "taihang_ingest_batches_total"
        yield from _head(name, "counter", "Batches answered with a receipt.")
        yield from _labelled(name, "outcome", self._batches)
        name = "taihang_ingest_bytes_total"
        yield from _head(name, "counter", "Bytes of bodies stored.")
        yield f"{name} {self._bytes}"
        name = "taihang_ingest_refused_total"
        yield from _head(name, "counter", "Refusals by code; see docs/errors.md.")
        yield from _labelled(name, "code", self._refused)
        name = "taihang_ingest_forks_total"
        yield from _head(name, "counter", "Batches under a number that has other content.")
        yield f"{name} {self._refused.get('integrity.counter-fork', 0)}"

    def _histograms(self) -> Iterator[str]:
        yield from _histogram(
            "taihang_ingest_commit_seconds", "Storing one group of batches.", self.commit
        )
        yield from _histogram("taihang_ingest_fsync_seconds", "One forced write.", self.fsync)


def _head(name: str, kind: str, about: str) -> Iterable[str]:
    return (f"# HELP {name} {about}", f"# TYPE {name} {kind}")


def _labelled(name: str, label: str, values: Mapping[str, int]) -> Iterator[str]:
    for value, count in sorted(values.items()):
        yield f'{name}{{{label}="{value}"}} {count}'


def _histogram(name: str, about: str, histogram: Histogram) -> Iterator[str]:
    yield from _head(name, "histogram", about)
    total = 0
    for bound, count in zip((*map(str, _BOUNDS_S), "+Inf"), histogram.counts, strict=True):
        total += count
        yield f'{name}_bucket{{le="{bound}"}} {total}'
    yield f"{name}_sum {_number(histogram.sum_s)}"
    yield f"{name}_count {total}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.6f}"
