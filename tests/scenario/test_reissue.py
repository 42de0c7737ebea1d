"""P9: whatever is corrected afterwards, every statement of the past comes out again to the byte."""

from pathlib import Path
from random import Random

import small_park
from small_park import NOW
from taihang.core.periods import Period
from taihang.services.audit import audit
from taihang.services.ports import Ports

N_CORRECTIONS = 200
N_ROUNDS = 4
JUNE = small_park.JUNE


def documents(ports: Ports) -> dict[str, str]:
    return {e.id: ports.registry.statement(e.id).document for e in ports.registry.roll()}


def corrected(ports: Ports, random: Random, *, sent_at_s: int) -> None:
    """One reading of one meter, another count."""
    point = random.choice(["M-E01", "M-E02", "M-PV01"])
    block = small_park.registers(point, Period(JUNE.start, JUNE.end))
    # Mostly the last register, which every sum of the month depends on.
    at = random.choice([len(block.times_s) - 1, random.randrange(1, len(block.times_s))])
    count = (int(block.counts[at]) + random.randrange(1, 4)) % small_park.MODULUS
    one = small_park.cut(small_park.but(block, [at], count=count), at, at + 1)
    small_park.revise(ports, one, sent_at_s=sent_at_s)


def test_statements__of_the_past_stay_to_the_byte_through_200_corrections(
    tmp_path: Path,
) -> None:
    """P9: a correction is a new version with its reason; nothing is overwritten."""
    root = small_park.make(tmp_path / "park")
    random = Random(20_260_601)  # noqa: S311 - which readings change is no secret
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)
        past = documents(ports)
        n_first = len(past)
        for number in range(N_CORRECTIONS):
            corrected(ports, random, sent_at_s=int(NOW.timestamp()) + number)
            if number % (N_CORRECTIONS // N_ROUNDS) == N_CORRECTIONS // N_ROUNDS - 1:
                small_park.settle_june(ports)
                now = documents(ports)
                assert {each: now[each] for each in past} == past
                past = now

    assert len(past) > n_first, "the corrections must restate something"
    with small_park.opened(root, writing=False) as ports:
        assert documents(ports) == past
        restated = [text for each, text in past.items() if not each.endswith(".v1")]
        assert all('"reason":"' in text and '"supersedes":"' in text for text in restated)
        assert audit(ports=ports, quick=True).findings == []
