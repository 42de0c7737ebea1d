"""Whether what a park declares about carbon hangs together: subjects, processes, shares."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from taihang.core.park.carbon import Allocation, Product
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.park.problem import KeyPath, ParkProblem, remedy_for_name


def check_carbon(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with the carbon tables of a park.

    Args:
        park: The park; nothing about it is taken for granted.
    """
    declared = park.carbon
    subjects = (*park.users, PARK_SUBJECT)
    for name in declared.sources:
        yield from _known(("carbon_sources", name), name, subjects)
    for process in declared.processes.values():
        path = ("processes", process.id, "enterprise")
        yield from _known(path, process.enterprise, park.enterprises)
    for product in declared.products.values():
        yield from _known(("products", product.id, "process"), product.process, declared.processes)
        for precursor in product.precursors:
            path = ("products", product.id, "precursors")
            yield from _known(path, precursor, declared.precursors)
            yield from _check_item(product, precursor, park)
    for name in declared.installations:
        yield from _known(("installations", name), name, park.enterprises)
    yield from _check_precursors(park)
    yield from _check_cbam(park)
    yield from _check_shares(park)
    yield from _check_allocation(park)
    yield from _check_amounts(park)


def _check_item(product: Product, name: str, park: Park) -> Iterator[ParkProblem]:
    """What a product uses is used in its process, and in no other of the enterprise."""
    process = park.carbon.processes.get(product.process)
    precursor = park.carbon.precursors.get(name)
    if process is None or precursor is None or precursor.item in process.items:
        return
    yield ParkProblem(
        path=("products", product.id, "precursors"),
        given=f"{name}, whose item {precursor.item} is none of {process.id}",
        expected=f"an item of the process: {', '.join(process.items) or 'it has none'}",
        remedy="add the item to the items of the process",
    )


def _check_precursors(park: Park) -> Iterator[ParkProblem]:
    """A precursor that is made in the park is one of its products, and never goes into itself."""
    declared = park.carbon
    for precursor in declared.precursors.values():
        if precursor.made_as is not None:
            path = ("precursors", precursor.id, "made_as")
            yield from _known(path, precursor.made_as, declared.products)
    for product in declared.products.values():
        if product.id in _made_of(product.id, park):
            yield ParkProblem(
                path=("products", product.id, "precursors"),
                given=f"{product.id}, which goes into itself",
                expected="precursors that are made without it",
                remedy="look at made_as of its precursors",
            )


def _made_of(product: str, park: Park) -> set[str]:
    """Return every product of the park that goes into a product, at any remove."""
    declared, found, left = park.carbon, set[str](), [product]
    while left:
        one = declared.products.get(left.pop())
        for name in () if one is None else one.precursors:
            precursor = declared.precursors.get(name)
            made_as = None if precursor is None else precursor.made_as
            if made_as is not None and made_as not in found:
                found.add(made_as)
                left.append(made_as)
    return found


def _check_cbam(park: Park) -> Iterator[ParkProblem]:
    """A CBAM good has its code, and the place where it is made is known."""
    declared = park.carbon
    for product in declared.products.values():
        if product.cbam_good is None:
            continue
        if product.cn_code is None:
            yield ParkProblem(
                path=("products", product.id, "cn_code"),
                given="no CN code",
                expected="a code of the combined nomenclature, for it is a CBAM good",
                remedy="add the code",
            )
        process = declared.processes.get(product.process)
        if process is not None and process.enterprise not in declared.installations:
            yield ParkProblem(
                path=("products", product.id, "cbam_good"),
                given=f"no [installations.{process.enterprise}]",
                expected="the installation in which the good is made",
                remedy="declare it in park.toml first",
            )


def _check_shares(park: Park) -> Iterator[ParkProblem]:
    """Processes of one enterprise use no more than its electricity, and no item twice."""
    for enterprise in park.enterprises:
        chosen = [p for p in park.carbon.processes.values() if p.enterprise == enterprise]
        share = sum((p.electricity_share_ratio for p in chosen), start=Decimal(0))
        if share > 1:
            yield ParkProblem(
                path=("processes", chosen[-1].id, "electricity_share_ratio"),
                given=f"shares of {enterprise} that sum to {share}",
                expected="at most 1",
                remedy="share the electricity of the enterprise out once",
            )
        items = Counter(item for process in chosen for item in process.items)
        for item in sorted(item for item, n in items.items() if n > 1):
            yield ParkProblem(
                path=("processes", chosen[-1].id, "items"),
                given=f"{item!r} in several processes of {enterprise}",
                expected="each item in one process",
                remedy="report the item for each process apart, or make the processes one",
            )


def _check_allocation(park: Park) -> Iterator[ParkProblem]:
    for process in park.carbon.processes.values():
        products = [p for p in park.carbon.products.values() if p.process == process.id]
        path = ("processes", process.id, "allocation")
        if (process.allocation is Allocation.AVOIDED) != (len(products) <= 1):
            yield ParkProblem(
                path=path,
                given=f"{process.allocation.value} with {len(products)} products",
                expected='"avoided" for one product, "physical" or "economic" for several',
                remedy="choose how the emissions are shared",
            )
        if process.allocation is Allocation.ECONOMIC:
            for product in products:
                if product.price_cny is None:
                    yield ParkProblem(
                        path=("products", product.id, "price_cny"),
                        given="no price",
                        expected="a price, for its process is shared by value",
                        remedy="add the price, or share by a physical amount",
                    )


def _check_amounts(park: Park) -> Iterator[ParkProblem]:
    """What was reported of an item is one amount: two names for it would count it twice."""
    declared = park.carbon
    made: dict[tuple[str, str], str] = {}
    used: dict[tuple[str, str], str] = {}
    for product in declared.products.values():
        process = declared.processes.get(product.process)
        if process is None:
            continue
        first = made.setdefault((process.enterprise, product.item), product.id)
        if first != product.id:
            yield _twice(("products", product.id, "item"), product.item, first)
        for name in product.precursors:
            precursor = declared.precursors.get(name)
            if precursor is None:
                continue
            first = used.setdefault((process.id, precursor.item), name)
            if first != name:
                yield _twice(("products", product.id, "precursors"), precursor.item, first)


def _twice(path: KeyPath, item: str, first: str) -> ParkProblem:
    return ParkProblem(
        path=path,
        given=f"{item!r}, which is the item of {first} already",
        expected="an item of its own: the whole amount of an item would count for both",
        remedy="report the two under different items, or declare them as one",
    )


def _known(path: KeyPath, name: str, known: Iterable[str]) -> Iterator[ParkProblem]:
    names = tuple(known)
    if name not in names:
        yield ParkProblem(
            path=path,
            given=repr(name),
            expected=f"one of {', '.join(names[:8]) or 'nothing: none stands in the file'}",
            remedy=remedy_for_name(name, known=names, otherwise="declare it in park.toml first"),
        )
