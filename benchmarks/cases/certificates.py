"""A certificate of a month: how large its file is, and how long a stranger's verifier takes."""

from benchmarks.case import Room, Sample
from benchmarks.state import MONTH, demo_ports
from benchmarks.stopwatch import stopwatch

from taihang.core.periods import month
from taihang.interfaces import verify_taihang
from taihang.services.act_log import log_acts
from taihang.services.issue_certificates import issue_certificates
from taihang.services.keys import log_signer
from taihang.services.prove import prove
from taihang.services.prove_certificate import PUBLIC

_TIMES = 3


def verify_certificate(room: Room) -> Sample:
    """Verify the largest certificate of a month of the demo park, with every plant's registers."""
    with demo_ports(room.park, writing=True) as ports:
        issue_certificates(month(MONTH, ports.park.zone), ports=ports)
        log_acts(ports=ports)
        made = max(ports.registry.certificates.issues(), key=lambda each: len(each.plants))
        name = ports.registry.certificates.certificates(made.id)[0].id
        with stopwatch() as proving:
            data = prove(name, ports=ports)
        public = prove(f"{name}#{PUBLIC}", ports=ports)
        key = log_signer(ports=ports).public
    with stopwatch() as watch:
        for _ in range(_TIMES):
            verify_taihang.verify(data, key)
    figures: dict[str, float] = {
        "proof_bytes": len(data),
        "public_proof_bytes": len(public),
        "prove_cpu_s": proving.cpu_s,
        "verify_cpu_s": watch.cpu_s / _TIMES,
        "plant_count": len(made.plants),
    }
    return watch.sample(items=_TIMES, figures=figures)
