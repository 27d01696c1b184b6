"""`parason explain <policy number>`: how the price of a policy was made, from its record alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from parason.kernel.stop import CannotStart


def main(arguments: Sequence[str]) -> int:
    """Print every line of the calculation and whether its arithmetic holds; 1 when it does not."""
    from parason.contracts.queries import plan_of
    from parason.documents.models import Policy
    from parason.products.explaining import explain
    from parason.products.rating import Premium, arithmetic_holds

    chosen = _parser().parse_args(arguments)
    wanted = chosen.number.replace(" ", "").replace("-", "").upper()
    series = wanted.rstrip("0123456789")
    policy = (
        Policy.objects.filter(series=series, number=wanted[len(series) :])
        .select_related("insured__contract__quote")
        .first()
    )
    if policy is None:
        raise CannotStart(f"there is no policy {chosen.number}")
    record = policy.insured.contract.quote.calculation
    for line in explain(record, chosen.language):
        sys.stdout.write(f"{line}\n")
    for part in plan_of(policy.insured.contract):
        sys.stdout.write(f"{part.number}. {part.due_on}: {part.premium} {part.status}\n")
    holds = arithmetic_holds(Premium.of_record(record))
    version = record["tariff_version"]
    verdict = "every line gives its figure again" if holds else "THE RECORD DOES NOT ADD UP"
    sys.stdout.write(f"Tariff version {version}; {verdict}.\n")
    return 0 if holds else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parason explain", description=__doc__, allow_abbrev=False)
    parser.add_argument("number", help="series and number as on the policy, such as OM0000001")
    parser.add_argument("--language", default="en", help="en, ru … (%(default)s)")
    return parser
