"""Every case, in the order in which they are run and shown."""

from typing import Final

from benchmarks.case import Case, State

YARDSTICK: Final = Case(
    name="yardstick",
    about="a fixed piece of work, the unit of every ratio",
    unit="works",
    runner="benchmarks.yardstick:run",
)
FRESH_INSTALL: Final = "benchmarks.cases.install:fresh"
"""Takes the place of the runner of ``install`` when a fresh environment is asked for."""

CASES: Final = (
    Case(
        name="help",
        about="taihang --help",
        unit="answers",
        runner="benchmarks.cases.commands:show_help",
        repeats=5,
    ),
    Case(
        name="demo-year",
        about="taihang demo --no-serve: a simulated year, from devices to a proof",
        unit="readings",
        runner="benchmarks.cases.commands:demo_year",
    ),
    Case(
        name="demo-30-days",
        about="taihang demo --no-serve --days 30: until the first verified number",
        unit="proofs",
        runner="benchmarks.cases.commands:demo_30_days",
    ),
    Case(
        name="ingest",
        about="a year of readings sealed, checked, forced to the journal, put into the lake",
        unit="readings",
        runner="benchmarks.cases.ingest:ingest_year",
    ),
    Case(
        name="evidence-on-off",
        about="groups of 10 000 readings (100 points × 10 min an upload) with evidence and without",
        unit="readings",
        runner="benchmarks.cases.evidence_cost:wide",
    ),
    Case(
        name="evidence-on-off-long",
        about="the same with uploads of 17 points × 60 min",
        unit="readings",
        runner="benchmarks.cases.evidence_cost:long",
    ),
    Case(
        name="ingest-vs-postgres",
        about="groups of 10 000 readings with all evidence, and upserted by PostgreSQL",
        unit="readings",
        runner="benchmarks.cases.ingest_postgres:compare",
    ),
    Case(
<<<<<<< HEAD
        name="http-ingest",
        about="sealed batches sent to the open door over loopback HTTP, each answered by a receipt",
        unit="readings",
        runner="benchmarks.cases.http_ingest:http_ingest",
=======
        name="lake-backfill",
        about="a year of 300 points at 1 min: columns of batches to sealed files, compacted",
        unit="readings",
        runner="benchmarks.cases.lake:backfill_year",
        repeats=1,
    ),
    Case(
        name="lake-ask",
        about="that year: last values, one point, the park by hour, as known earlier",
        unit="readings",
        runner="benchmarks.cases.lake:ask_year",
        repeats=1,
    ),
    Case(
        name="lake-busy",
        about="six hours of 10 000 points at 1 min: inserted, sealed and asked in one process",
        unit="readings",
        runner="benchmarks.cases.lake:busy_day",
        repeats=1,
>>>>>>> 963ad1c (Questions: series, last values and totals as known at any instant; what rests on changed readings is named and restated)
    ),
    Case(
        name="settle",
        about="one settle() over the park-year",
        unit="intervals",
        runner="benchmarks.cases.accounts:settle_year",
        needs=State.READINGS,
    ),
    Case(
        name="account",
        about="every statement of the year, issued for the first time",
        unit="statements",
        runner="benchmarks.cases.accounts:account_year",
        needs=State.SETTLED,
    ),
    Case(
        name="bill",
        about="the bills of one month, issued for the first time",
        unit="bills",
        runner="benchmarks.cases.accounts:bill_month",
        needs=State.SETTLED,
        repeats=5,
    ),
    Case(
        name="state-hash",
        about="one hash over every row of the lake",
        unit="rows",
        runner="benchmarks.cases.evidence:hash_state",
        needs=State.ACCOUNTED,
        repeats=5,
    ),
    Case(
        name="rebuild",
        about="the lake made again from the journal",
        unit="readings",
        runner="benchmarks.cases.evidence:rebuild_lake",
        needs=State.ACCOUNTED,
    ),
    Case(
        name="restore",
        about="a park-year restored from its backup, and proven",
        unit="records",
        runner="benchmarks.cases.custody:restore_year",
        needs=State.ACCOUNTED,
    ),
    Case(
        name="audit",
        about="every byte of the park-year checked",
        unit="readings",
        runner="benchmarks.cases.evidence:audit_park",
        needs=State.ACCOUNTED,
    ),
    Case(
        name="prove",
        about="the proof of one month of one enterprise",
        unit="proofs",
        runner="benchmarks.cases.evidence:prove_month",
        needs=State.ACCOUNTED,
        repeats=5,
    ),
    Case(
        name="verify",
        about="that proof checked by the stand-alone verifier",
        unit="proofs",
        runner="benchmarks.cases.evidence:verify_month",
        needs=State.ACCOUNTED,
        repeats=5,
    ),
    Case(
        name="prove-hour",
        about="the proof of one meter-hour behind 18 and 23 hashes, checked by the platform",
        unit="proofs",
        runner="benchmarks.cases.proofs:show_hour",
        repeats=5,
    ),
    Case(
        name="seal-day",
        about="the meter-hours of 10 000 points × 1 440 minutes, salted, and their tree",
        unit="readings",
        runner="benchmarks.cases.proofs:seal_one_day",
        repeats=2,
    ),
    Case(
        name="verify-bill",
        about="the stand-alone file over a bill of 2 976 uploads of 20 meters",
        unit="readings",
        runner="benchmarks.cases.proofs:verify_bill_quarter_hours",
        repeats=1,
    ),
    Case(
        name="verify-bill-days",
        about="the same with one upload a day",
        unit="readings",
        runner="benchmarks.cases.proofs:verify_bill_days",
    ),
    Case(
        name="import",
        about="taihang import of a measured year of the demo park",
        unit="readings",
        runner="benchmarks.cases.imports:import_demo_park",
    ),
    Case(
        name="plan",
        about="one day planned, refereed and issued",
        unit="days",
        runner="benchmarks.cases.planning:plan_one_day",
        needs=State.ACCOUNTED,
        repeats=5,
    ),
    Case(
        name="journal-start",
        about="the start of a journal of a million records, with its indexes and without",
        unit="records",
        runner="benchmarks.cases.journal:start_journal",
        repeats=1,
    ),
    Case(
        name="merkle",
        about="leaves appended to a tree, and proofs in it",
        unit="hashes",
        runner="benchmarks.cases.evidence:grow_tree",
        repeats=5,
    ),
    Case(
        name="publish-million",
        about="tiles, note and checkpoint of a log of 10^6 leaves, every file forced",
        unit="leaves",
        runner="benchmarks.cases.publication:publish_million",
    ),
    Case(
        name="consistency",
        about="consistency proofs in a log of 10^6 leaves, made, checked, and made from tiles",
        unit="proofs",
        runner="benchmarks.cases.publication:prove_consistency",
    ),
    Case(
        name="cosign",
        about="one round to a witness on this machine, its forced write included",
        unit="rounds",
        runner="benchmarks.cases.publication:ask_witness",
    ),
    Case(
        name="install",
        about="the whole environment from requirements.lock",
        unit="files",
        runner="benchmarks.cases.install:existing",
        repeats=1,
    ),
)
