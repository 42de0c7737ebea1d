"""Every bare number of the core and the standards says its unit, last in its name (§5).

A float, a Decimal or an array is only a number to the type checker: ``energy_kwh`` and
``power_kw`` add without a word. The name is what makes the sum visible to a reader, so the name is
checked.
"""

import ast
import re
from collections.abc import Iterator
from typing import Final

from conventions.source_tree import SRC, joined, modules, parsed

UNITS: Final = frozenset(
    (
        # power and apparent power
        "w", "kw", "mw", "kva", "mva", "kvar",
        # energy, active and reactive
        "wh", "kwh", "mwh", "gwh", "varh", "kvarh", "gj", "mj", "kj",
        # mass, of fuel, coal and carbon
        "g", "kg", "t", "kgce", "tce", "kgco2", "kgco2e", "tco2", "tco2e", "co2", "co2e",
        # volume, and what turns one into another or into mass
        "l", "m3", "kpa",
        # money
        "cny", "fen",
        # time
        "s", "min", "h", "day", "month", "year", "years",
        # electricity, angles, weather
        "v", "kv", "a", "deg", "rad", "c", "k", "m", "km", "pct",
        # shares of a named base
        "ratio",
        # a meter's own unit: what one count is worth stands beside it
        "count", "counts", "deltas",
    )
)  # fmt: skip
"""The last word of a name of a bare number; ``price_cny_per_kwh`` ends in one as well."""
EXEMPT: Final[dict[str, str]] = {
    # The unit is a field of its own beside the value, for it differs from record to record.
    "core/carbon/inventory.py": "amount",
    "core/facts.py": "value",
    "core/figure/formula.py": "value values",
    "core/figure/story.py": "value",
    "core/activity/amount.py": "amount",
    "standards/ndrc_910_indicators.py": "value",
    "core/market/bill.py": "price",
    "core/market/bill_line.py": "price quantity",
    "standards/gbt_2589.py": "amount",
    "standards/gbt_32151.py": "amount amounts digit",
    # Whatever is to be written down or checked, by a function that does not care what it is.
    "core/market/bill_charges.py": "value",
    "core/market/demand.py": "value",
    "core/market/tariff.py": "value",
    "core/seal/meter_hour.py": "rows",
    "core/seal/statement.py": "factors",
    # cos φ, and steps of its table.
    "standards/sgcc_1983_215.py": "points power_factor",
    # The unit stands in the kind beside it: kW for import and export, else kWh.
    # Weights of which only the proportions count.
    "core/park/direct_connection.py": "months",
    # Settled rows, whose columns bear the unit.
    "core/ratio/flow.py": "balance plants rows",
    # Places, uniform numbers and weights; a size in whatever unit, of which only the ratio counts.
    "core/ratio/forecast.py": "draw draws installed picks starts weeks weights",
    "core/ratio/outlook.py": "values",
    # Squared deviations over variances.
    "core/performance/change.py": "penalty",
    # A number of days.
    "core/dispatch/forecast.py": "days_used",
    # A linear model has no units; whoever builds one names its columns with theirs.
    "core/dispatch/model.py": (
        "bound column_cost column_lower column_prices column_upper cost gap lower objective "
        "row_lower row_prices row_upper terms upper value values"
    ),
    # Numbers of the rows of plants.
    "core/certificates/issue.py": "rows",
    # Any numbers of the problem, on their way into a document.
    # A finding has the unit of its rule; a step is kW throughout, and kWh in ``energy``.
    # Coefficients, bounds and prices of columns and rows in any unit; the names of blocks say it.
    "core/dispatch/assembly.py": ("each fixed lower moves per_unit share terms upper value weight"),
    "core/dispatch/assets/battery.py": "share",
    "core/dispatch/assets/reserve.py": "share",
    "core/dispatch/assets/storing.py": "share",
    "core/dispatch/elastic.py": "limit needed over",
    "core/dispatch/exact.py": "gap own values",
    "core/dispatch/export.py": "bound lower terms upper",
    # In the unit of the field that is read, the last word of its name.
    "core/dispatch/fields.py": "add_max cost_cny_per_unit existing least most values",
    "core/dispatch/marginal.py": "columns rows size_cny_per_unit",
    "core/dispatch/park_plan.py": "series sizes values",
    # A finding has the unit of its rule; what the referee reads has that of its field.
    # kW or kWh: the size of which investment says it.
    # A flow is of CNY or of kWh, and its worth with it; ``at`` and ``logs`` are ln(1 + r).
    "core/dispatch/cash_flow.py": "at capex_cny_per_unit flow least logs most size worth",
    # Variables are kW or kWh, as their name says; slopes, prices and weights are of theirs.
    "core/dispatch/sizing/answer.py": "row_prices upper x",
    "core/dispatch/sizing/bounds.py": ("by_cap cost lower prices upper values weights x"),
    "core/dispatch/sizing/case.py": ("by_variable export fixed loss row rows share upper used x"),
    "core/dispatch/sizing/front.py": "gap limit limits ratios sizes x",
    "core/dispatch/sizing/kernel.py": ("slope weight"),
    "core/dispatch/sizing/oracle.py": ("prices slope weight x"),
    "core/dispatch/sizing/search.py": ("gap prices x"),
    "core/dispatch/sizing/sized.py": "gap",
    "core/dispatch/study.py": "capex_cny_per_unit least most unit",
    "core/dispatch/recheck/bill.py": "hours",
    "core/dispatch/recheck/case.py": "given limit off",
    "core/dispatch/recheck/judge.py": "given limit off",
    "core/dispatch/recheck/physics.py": "share",
    "core/dispatch/recheck/stores.py": "hours",
    # Series of any field, and flows of any medium, as in assembly and exact.
    "core/dispatch/outlook.py": "before series",
    "core/dispatch/safe.py": "dense lower upper values wanted wish",
    # Numbers of coefficients, and values in the unit of their column or row.
    "core/dispatch/rolling.py": (
        "column_cost column_lower column_upper held now places row_lower row_upper value values"
        " within"
    ),
    # Numbers in the unit of their column or row.
    "core/dispatch/refresh.py": "column_cost column_lower column_upper row_lower row_upper",
    # A share, as in exact.
    "core/dispatch/slope_step.py": "gap",
    "core/dispatch/stepping.py": "gap",
    # A price or a quantity, with the tick of either.
    "core/dispatch/recheck/settlement.py": "hours others tick value values",
    "core/dispatch/stochastic/bid_problem.py": "series",
    "core/dispatch/stochastic/history.py": "by_name days least most past truth values",
    "core/dispatch/stochastic/offers.py": "share values",
    "core/dispatch/stochastic/recourse.py": "gap slack values",
    "core/dispatch/stochastic/reduction.py": "by_name numbers",
    "core/dispatch/stochastic/stack.py": (
        "cost entries excess_cost lower money position tables upper used values weights"
    ),
    # Numbers of batches and of leaves of the log.
    "core/metering/batch_index.py": "counter counters leaves",
    "core/alarm/sequence.py": "counter",
    "core/metering/readings.py": "batch",
    # Columns of a table, row numbers, and times in the unit of their column.
    "core/metering/rollup.py": "code column firsts modulus number starts",
    # Columns of any rows, on their way into sums over them.
    "core/metering/row_sums.py": "code columns rows",
    # Columns of a table, and ranks in it.
    "core/metering/current.py": "batch batch_rank rows",
    # Evidence has the unit of its rule, which stands beside it.
    "core/metering/vee/rule.py": "limit value",
    # Points, and numbers of intervals.
    "core/metering/vee/score.py": "penalties",
    "core/metering/vee/sun_rules.py": "half_steps",
    # Steps of energy, made free of any unit by their correlation.
    "core/metering/vee/clock_rules.py": "correlation seen steps",
    # The number of a method.
    "core/metering/estimate/fill.py": "method",
    # Registers in the unit of their meter, whatever it is: the rules are the same for all.
    "core/metering/register_fault.py": (
        "ceiling dial_max floor max_step registers unrolled values weight"
    ),
    # Its unit stands in the field beside it, as on the form.
    "core/activity/record.py": "amount",
    "core/activity/unit.py": "amount",
    # Any of them, on its way into a text.
    "core/seal/activity_line.py": "amount",
    # In the unit of the limit or of the product, which stands beside it.
    "core/park/quota.py": "amount level_2",
    "core/park/limits.py": "committed frees limit",
    "core/admission/project.py": "amount demands output",
    "core/admission/ledger.py": "net",
    "core/admission/judge.py": "committed demand demands freed replaced reserved",
    # Tonnes for a unit of output, whatever that is.
    "standards/ndrc_order_31.py": "carbon_t_per_unit",
    # In the unit of its indicator, which stands beside it.
    "core/park/peak_plan.py": "value",
    "core/pathway/path.py": "grown planned",
    # Uniform numbers and what a triangle has as its unit; a share of the trials.
    "core/pathway/chance.py": "corners draws share",
    # Energies of any medium, in the unit that stands beside them.
    "core/energy/account.py": "amount",
    "core/energy/medium.py": "amounts more opening",
    # Of a sum table: tce of energy, tCO2 of carbon.
    "core/energy/sum_table.py": "amounts between columns park stated",
    "core/energy/sankey.py": "amount recycled",
    # An amount and what it was used for, in units of the caller.
    "core/energy/dual_control.py": "amount per",
    # A budget of anything, in the unit of its limit.
    "core/energy/quota.py": "chance error expected high left limit low ratios shape"
    " standard_error used",
    # A footprint or an output for a unit of whatever is made, which stands beside it.
    "core/park/carbon.py": "footprint_kg_per_unit",
    "core/product/allocation.py": "amount",
    "core/product/process.py": "amount",
    "standards/gbt_24067.py": "amount kg_per_unit",
    # Values of a tonne or of a kilowatt-hour alike; masses beside what a tonne of them carries.
    "standards/cbam.py": "default precursors stated",
    # Checked against bounds that are given together with the unit.
    "core/park/check.py": "limit value",
    # What a dial counts in one turn, in the unit that is given with it.
    "core/park/check_metering.py": "turn",
}
"""Module, and the names in it that bear no unit, with the reason."""
_BARE: Final = re.compile(r"\bfloat\b|\bDecimal\b|\bReals\b|\bNDArray\[np\.(?:float64|int64)\]")


def bare_names(tree: ast.AST) -> Iterator[str]:
    """Yield the names of parameters and fields that are bare numbers without a unit."""
    for name, annotation in declared(tree):
        last = name.rsplit("_", 1)[-1].lower()
        if _BARE.search(ast.unparse(annotation)) and last not in UNITS:
            yield name


def declared(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield name and annotation of every parameter and every field of a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            yield node.arg, node.annotation
        elif isinstance(node, ast.ClassDef):
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    yield field.target.id, field.annotation


def test_bare_numbers__carry_their_unit() -> None:
    found = {
        path.relative_to(SRC).as_posix(): frozenset(bare_names(parsed(path)))
        for path in modules("core", "standards")
    }

    assert len(found) >= 55
    without = [
        f"{module}: {name}"
        for module, names in sorted(found.items())
        for name in sorted(names - set(EXEMPT.get(module, "").split()))
    ]
    assert not without, joined(without)
    stale = [
        f"{module}: {name}"
        for module, names in EXEMPT.items()
        for name in sorted(set(names.split()) - found.get(module, frozenset()))
    ]
    assert not stale, f"not needed any more, take out: {joined(stale)}"


def test_bare_names__finds_a_number_without_a_unit() -> None:
    source = """
def f(energy: float, power_kw: float, at: NDArray[np.float64], n: int) -> None: ...
class C:
    price: float | None
    price_cny_per_kwh: float
    def g(self) -> None:
        local: float = 0.0
"""

    assert set(bare_names(ast.parse(source))) == {"energy", "at", "price"}
