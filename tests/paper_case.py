"""A certificate as a reader sees it, made up: for the page, the paper and the public address."""

from dataclasses import replace
from typing import Final

from taihang.services.certificate_view import (
    CertificateView,
    LogShown,
    PartShown,
    PlantShown,
    StepShown,
)

VIEW: Final = CertificateView(
    id="2026-06.feed-in.G1.PV01:0-12345678",
    park_id="small",
    park_name_zh="小园区",
    park_name_en="Small park",
    province="Shanxi",
    zone="Asia/Shanghai",
    month="2026-06",
    first_s=1_780_243_200,
    stop_s=1_782_835_200,
    route="feed-in",
    kind="tradable",
    rule="dedicated-first-pro-rata/v1",
    wh=12_345_678,
    plants=(PlantShown(id="PV01", name_zh="光伏一站", name_en="PV one", kind="pv", wh=12_345_678),),
    parts=(PartShown(state="claimed", wh=12_345_678),),
    holder="E02",
    holder_names=("乙厂", "Plant B"),
    purpose="2026 年度用电 scope 2",
    beneficiary="乙厂 <Plant B>",
    beneficiary_names=("", ""),
    claim_period="2026-06",
    expires_s=1_845_907_200,
    steps=(
        StepShown(number=0, kind="issue", at_s=1_783_000_000),
        StepShown(number=4, kind="list", at_s=1_783_100_000),
        StepShown(number=5, kind="buy", at_s=1_783_200_000),
        StepShown(number=6, kind="pay", at_s=1_783_300_000),
        StepShown(number=9, kind="claim", at_s=1_783_400_000),
    ),
    log=LogShown(
        origin="taihang/small",
        key="b6" * 32,
        size=4_321,
        root="0d" * 32,
        witnesses=("e01-witness", "grid-witness"),
    ),
    file_sha256="ab" * 32,
)


def cut_view() -> CertificateView:
    """The same after a part of it was sold on."""
    parts = (PartShown(state="held", wh=345_678), PartShown(state="claimed", wh=12_000_000))
    return replace(
        VIEW,
        parts=parts,
        holder="",
        holder_names=("", ""),
        purpose="",
        beneficiary="",
        claim_period="",
    )
