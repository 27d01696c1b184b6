"""A simulation: customers, faults and time in any order; the auditor compares bank, books and policies.

400 steps, 2,000 in CI (PARASON_SIM_STEPS); `make simulate` goes on as long as wished. A story that fails is
made as short as possible by hypothesis and kept in `.hypothesis/simulation`: next time it is told first.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from parason.payments.models import Entry
from tests.sandbox_bank.bank import SandboxBank
from tests.sim.world import FAULTS, World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(0)]
STEPS = int(os.environ.get("PARASON_SIM_STEPS", "400"))
STORY = 40
CARDS = ("ok", "declined", "challenge", "3ds_rejected", "mc_3ds")


class Purchases(RuleBasedStateMachine):
    """Each rule is something that happens; `teardown` lets the world come to rest and audits it."""

    bank: SandboxBank
    clock: list[Any]

    def __init__(self) -> None:
        super().__init__()
        self.bank.clear_faults()
        self.world = World(self.bank, offset=self.clock[0])
        self.world.customer()

    def _one(self, things: list[Any], number: int) -> Any:
        return things[number % len(things)]

    @rule()
    @precondition(lambda self: len(self.world.shops) < 3)
    def somebody_comes(self) -> None:
        self.world.customer()

    @rule(who=st.integers(0, 9))
    def puts_a_contract_in_the_cart(self, who: int) -> None:
        self.world.steps += 1
        self.world.puts_in_cart(self._one(self.world.shops, who))

    @rule(who=st.integers(0, 9))
    def presses_pay(self, who: int) -> None:
        self.world.presses_pay(self._one(self.world.shops, who))

    @rule(which=st.integers(0, 99), card=st.sampled_from(CARDS))
    @precondition(lambda self: self.world.attempts)
    def pays_at_the_bank(self, which: int, card: str) -> None:
        self.world.pays(self._one(self.world.attempts, which), card)

    @rule(which=st.integers(0, 99))
    @precondition(lambda self: self.world.attempts)
    def gives_up_the_page(self, which: int) -> None:
        from parason.payments import operations

        attempt = self._one(self.world.attempts, which)
        operations.cancel(order=attempt.payment.order, at=self.world.at)

    @rule(who=st.integers(0, 9))
    def withdraws_a_contract(self, who: int) -> None:
        self.world.withdraws(self._one(self.world.shops, who))

    @rule(which=st.integers(0, 99), share=st.sampled_from([10, 50, 100]))
    @precondition(lambda self: self.world.attempts)
    def wants_money_back(self, which: int, share: int) -> None:
        self.world.wants_money_back(self._one(self.world.attempts, which), share)

    @rule(fault=st.sampled_from(FAULTS))
    def the_bank_misbehaves(self, fault: dict[str, Any]) -> None:
        self.bank.fault(**fault)

    @rule(seed=st.integers(0, 9))
    def the_worker_works(self, seed: int) -> None:
        self.world.worker(random.Random(seed))

    @rule(seconds=st.sampled_from([20, 60, 600, 1900, 7200]))
    def time_passes(self, seconds: int) -> None:
        self.world.time_passes(seconds)

    def teardown(self) -> None:
        self.world.comes_to_rest()
        self.clock[0] = self.world.offset
        self.world.audit()
        assert not Entry.objects.filter(amount_minor__lte=0).exists()


def test_whatever_happens_bank_books_and_policies_agree(bank: SandboxBank, portal: str) -> None:
    from datetime import timedelta

    bank.switch(duplicate_rule=False)
    Purchases.bank, Purchases.clock = bank, [timedelta(0)]
    run_state_machine_as_test(
        Purchases,
        settings=settings(
            max_examples=max(STEPS // STORY, 1),
            stateful_step_count=STORY,
            deadline=None,
            database=DirectoryBasedExampleDatabase(".hypothesis/simulation"),
            phases=(Phase.reuse, Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
