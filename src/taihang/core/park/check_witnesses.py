"""Whether witnesses and quorum of a park make sense together."""

from collections.abc import Iterator

from taihang.core.park.park import Park
from taihang.core.park.problem import ParkProblem, Severity


def check_witnesses(park: Park) -> Iterator[ParkProblem]:
    """Find what is wrong with the witnesses of a park.

    Args:
        park: The park.

    Yields:
        Every problem found.
    """
    yield from _check_doubles(park)
    n_witnesses = len(park.witnesses)
    if park.log is None:
        if n_witnesses:
            yield ParkProblem(
                path=("witnesses",),
                given=f"{n_witnesses} witnesses and no [log]",
                expected="how many of them must cosign a checkpoint before it is published",
                remedy=f"write [log] with quorum = {n_witnesses // 2 + 1}",
            )
        return
    quorum = park.log.quorum
    if quorum > n_witnesses:
        yield ParkProblem(
            path=("log", "quorum"),
            given=str(quorum),
            expected=f"1 … {n_witnesses}, for so many witnesses are named",
            remedy="name more witnesses, or lower the quorum",
        )
    elif 2 * quorum <= n_witnesses:
        yield ParkProblem(
            path=("log", "quorum"),
            given=f"{quorum} of {n_witnesses}",
            expected="more than half, or two halves can be shown two histories",
            remedy=f"write {n_witnesses // 2 + 1} or more",
            severity=Severity.WARNING,
        )


def _check_doubles(park: Park) -> Iterator[ParkProblem]:
    """One witness under two names would be a quorum of one."""
    keys: dict[bytes, str] = {}
    urls: dict[str, str] = {}
    for name, witness in park.witnesses.items():
        for what, before in (
            ("key", keys.setdefault(witness.key, name)),
            ("url", urls.setdefault(witness.url, name)),
        ):
            if before != name:
                yield ParkProblem(
                    path=("witnesses", name, what),
                    given=f"the {what} of {before}",
                    expected=f"a {what} of its own: one witness must not count as two",
                    remedy="ask each witness for its own",
                )
