"""Who may open which page, and who may do what: every page for every role."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, reverse

from parason.accounts.models import AuditEntry, User
from parason.backoffice import urls
from parason.backoffice.site import office
from parason.contracts.models import Contract
from parason.documents import letters
from parason.documents.models import Letter
from parason.kernel.clock import now
from parason.payments import operations as payments
from parason.payments.models import RateEntry
from parason.products import operations
from parason.products.models import SalesStop, TariffVersion
from tests.backoffice.people import ALL_ROLES, at_work, member, proposal, soon
from tests.factories import PASSWORD, browser_of, make_user
from tests.journeys import acts

pytestmark = pytest.mark.django_db

TARIFFS = {"product manager", "actuary", "underwriter", "auditor"}
RATES = {"actuary", "cashier", "auditor"}
CONTRACTS = {"actuary", "cashier", "underwriter", "support", "auditor"}
ACCOUNTS = {"support", "auditor", "administrator"}
EVERYBODY = set(ALL_ROLES)
# Name of the page, who may open it by GET (None: it is an act, by POST only), who may do it by POST.
MATRIX: dict[str, tuple[set[str] | None, set[str]]] = {
    "office": (EVERYBODY, set()),
    "office_tariffs": (TARIFFS, set()),
    "office_timeline": (TARIFFS, set()),
    "office_propose": ({"product manager"}, {"product manager"}),
    "office_tariff": (TARIFFS, set()),
    "office_table": (TARIFFS, set()),
    "office_approve": (None, {"actuary"}),
    "office_withdraw": (None, {"actuary"}),
    "office_difference": (TARIFFS, set()),
    "office_what_if": (TARIFFS, set()),
    "office_impact": (TARIFFS, set()),
    "office_impact_count": (None, TARIFFS),
    "office_accounts": (ACCOUNTS, set()),
    "office_account": (ACCOUNTS, set()),
    "office_log_out": (None, {"support", "administrator"}),
    "office_second_step": (None, {"administrator"}),
    "office_catalogue": (TARIFFS, set()),
    "office_product": (TARIFFS, {"product manager"}),
    "office_lift": (None, {"product manager"}),
    "office_rates": (RATES, set()),
    "office_rate_enter": (None, {"cashier"}),
    "office_rate_confirm": (None, {"cashier"}),
    "office_rate_refuse": (None, {"cashier"}),
    "office_base_unit": (None, {"actuary"}),
    "office_contracts": (CONTRACTS, set()),
    "office_contract": (CONTRACTS, set()),
    "office_letters": ({"support", "auditor"}, set()),
    "office_letter": ({"support", "auditor"}, set()),
    "office_letter_again": (None, {"support"}),
    "office_letter_bounced": (None, {"support"}),
}
PAGES = sorted(MATRIX)
MONEY = {f"parason.backoffice.{name}" for name in ("payments", "payouts", "transfers")}


@dataclass
class Things:
    """What the pages are about."""

    version: TariffVersion
    stop: SalesStop
    rate: RateEntry
    contract: Contract
    letter: Letter

    def address(self, name: str) -> str:
        """The page's address, about one of the things."""
        arguments: dict[str, list[Any]] = {
            "office_timeline": ["oms"], "office_propose": ["oms"], "office_product": ["oms"],
            "office_tariff": ["oms", self.version.pk], "office_approve": ["oms", self.version.pk],
            "office_withdraw": ["oms", self.version.pk], "office_difference": ["oms", self.version.pk],
            "office_what_if": ["oms", self.version.pk], "office_impact": ["oms", self.version.pk],
            "office_table": ["oms", self.version.pk, "premium"], "office_lift": ["oms", self.stop.pk],
            "office_rate_confirm": [self.rate.pk], "office_rate_refuse": [self.rate.pk],
            "office_contract": [self.contract.pk], "office_letter": [self.letter.pk],
            "office_impact_count": ["oms", self.version.pk], "office_account": [self.contract.owner_id],
            "office_log_out": [self.contract.owner_id], "office_second_step": [self.contract.owner_id],
            "office_letter_again": [self.letter.pk], "office_letter_bounced": [self.letter.pk],
        }  # fmt: skip
        return reverse(name, args=arguments.get(name, []))

    def unchanged(self) -> bool:
        """Nothing was decided."""
        self.version.refresh_from_db()
        self.stop.refresh_from_db()
        self.rate.refresh_from_db()
        return (self.version.status, self.stop.lifted_at, self.rate.status) == ("proposed", None, "ENTERED")


@pytest.fixture
def things(anna: User) -> Things:
    acts.stock(at=now())
    boss = make_user("boss@example.com", is_staff=True, is_superuser=True)
    stop = operations.stop_sales(product_code="oms", first_day=soon(), reason="Awaiting", by=boss, at=now())
    rate = payments.enter_rate(
        currency="USD", date=soon(1), rate=Decimal("3.2"), scale=1, reason="read aloud", by=boss, at=now()
    )
    return Things(proposal(boss), stop, rate, acts.make_contract(anna, at=now()), letter_to(anna))


def letter_to(user: User) -> Letter:
    """A letter that has still to be sent."""
    words = {"what": "Something changed.", "reset_url": "https://portal.example/"}
    return letters.send(
        kind="account_notice", key="notice:1", to=user.email, language="en", context=words, at=now()
    )


def named_pages() -> set[str]:
    """Our own pages; the cashier's have a matrix of their own."""
    return {
        str(pattern.name)
        for pattern in urls.urlpatterns
        if isinstance(pattern, URLPattern) and pattern.callback.__module__ not in MONEY
    }


def test_every_page_stands_in_the_matrix() -> None:
    assert named_pages() == set(MATRIX)


@pytest.mark.parametrize("role", ALL_ROLES)
def test_each_role_opens_its_pages_and_no_others(things: Things, role: str) -> None:
    client = at_work(role)
    seen = {name: client.get(things.address(name)).status_code for name in PAGES}
    expected = {
        name: 405 if allowed is None else 200 if role in allowed else 403
        for name, (allowed, _acting) in MATRIX.items()
    }
    assert seen == expected


@pytest.mark.parametrize("role", ALL_ROLES)
def test_each_role_does_its_acts_and_no_others(things: Things, role: str) -> None:
    client = at_work(role)
    refused = [name for name, (_seen, acting) in MATRIX.items() if acting and role not in acting]
    assert refused
    answers = {name: client.post(things.address(name), {"reason": "x"}).status_code for name in refused}
    assert set(answers.values()) == {403}, answers
    assert things.unchanged()
    assert SalesStop.objects.count() == 1
    assert TariffVersion.objects.filter(from_catalogue=False).count() == 1
    assert Letter.objects.count() == 1


def test_the_bar_leads_only_where_one_may_go(things: Things) -> None:
    for role in ALL_ROLES:
        client = at_work(role)
        rooms = client.get("/backoffice/").context["rooms"]
        assert {client.get(reverse(name)).status_code for _label, name, _here in rooms} <= {200}


@pytest.mark.parametrize("name", PAGES)
def test_nobody_else_gets_in(things: Things, as_anna: Client, name: str) -> None:
    address = things.address(name)
    assert Client().get(address)["Location"].startswith("/account/login/?next=%2Fbackoffice%2F")
    assert as_anna.get(address).status_code == 403
    assert as_anna.post(address).status_code == 403
    assert things.unchanged()


@pytest.mark.parametrize("name", PAGES)
def test_staff_without_a_second_factor_are_led_to_set_one_up(things: Things, name: str) -> None:
    client = Client()
    client.force_login(member("actuary"), backend="django.contrib.auth.backends.ModelBackend")
    for ask in (client.get, client.post):
        assert ask(things.address(name))["Location"] == "/account/second-step/"
    assert things.unchanged()


def test_staff_log_in_with_password_and_code_and_come_where_they_wanted(things: Things) -> None:
    actuary = member("actuary")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(actuary, secret)
    client = Client()
    path = client.get("/backoffice/tariffs/")["Location"]
    given = {"login": actuary.email, "password": PASSWORD}
    step = client.post(path, given)["Location"]
    assert client.get("/backoffice/tariffs/").status_code == 302, "a password alone opens nothing"
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))
    assert client.post(step, {"code": code})["Location"] == "/backoffice/tariffs/"
    assert client.get("/backoffice/tariffs/").status_code == 200


def test_the_admins_own_log_in_is_the_portals(as_staff: Client) -> None:
    assert as_staff.get("/backoffice/login/")["Location"].startswith("/account/login/?next=")
    assert as_staff.get("/backoffice/logout/")["Location"] == "/account/logout/"


def test_a_refusal_is_written_down(things: Things) -> None:
    client = at_work("support")
    client.get("/backoffice/tariffs/")
    line = AuditEntry.objects.filter(act="access.refused").latest("pk")
    assert (line.who, line.subject) == ("support@example.com", "/backoffice/tariffs/")
    assert line.data == {"right": "products.view_tariffversion"}
    assert line.address == "127.0.0.1"


@pytest.mark.parametrize(
    "path",
    [
        "tariffs/nothing/", "tariffs/oms/999999/", "tariffs/oms/999999/difference/", "tariffs/nothing/new/",
        "catalogue/nothing/", "contracts/00000000-0000-0000-0000-000000000000/", "nothing/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(things: Things, as_staff: Client, path: str) -> None:
    assert as_staff.get(f"/backoffice/{path}").status_code == 404


def test_a_version_of_one_product_is_not_found_under_another(things: Things, as_staff: Client) -> None:
    assert as_staff.get(f"/backoffice/tariffs/travel/{things.version.pk}/").status_code == 404
    assert as_staff.get(f"/backoffice/tariffs/oms/{things.version.pk}/moon.csv").status_code == 404


@pytest.mark.parametrize("name", [name for name in PAGES if MATRIX[name][0] and name != "office_table"])
def test_our_pages_have_a_policy_without_unsafe_things(things: Things, as_staff: Client, name: str) -> None:
    answer = as_staff.get(things.address(name))
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert answer.headers["Cache-Control"] == "no-store"


# --- the records of Django's admin --------------------------------------------------------------------------


def record_pages() -> list[str]:
    return [f"{model._meta.app_label}/{model._meta.model_name}" for model in office._registry]


@pytest.mark.parametrize("role", ALL_ROLES)
def test_records_are_shown_by_right(things: Things, role: str) -> None:
    worker = member(role)
    client = browser_of(worker)
    for page in record_pages():
        app, model = page.split("/")
        expected = 200 if worker.has_perm(f"{app}.view_{model}") else 403
        assert client.get(f"/backoffice/{page}/").status_code == expected, page


@pytest.mark.parametrize("page", [page for page in record_pages() if page != "accounts/user"])
def test_not_even_a_superuser_changes_a_record(things: Things, as_staff: Client, page: str) -> None:
    app, model = page.split("/")
    found = next(one for one in office._registry if one._meta.label_lower == f"{app}.{model}")
    assert as_staff.get(f"/backoffice/{page}/add/").status_code == 403
    thing = found._default_manager.first()
    if thing is None:
        return
    before = found._default_manager.filter(pk=thing.pk).values().get()
    assert as_staff.get(f"/backoffice/{page}/{thing.pk}/change/").status_code == 200
    assert as_staff.post(f"/backoffice/{page}/{thing.pk}/change/", {"status": "x"}).status_code == 403
    assert as_staff.post(f"/backoffice/{page}/{thing.pk}/delete/", {"post": "yes"}).status_code == 403
    assert found._default_manager.filter(pk=thing.pk).values().get() == before


@pytest.mark.parametrize(
    "page", ["mfa/authenticator", "auth/group", "account/emailaddress", "admin/logentry"]
)
def test_secrets_and_foreign_tables_are_not_shown(as_staff: Client, page: str) -> None:
    assert as_staff.get(f"/backoffice/{page}/").status_code == 404


def test_a_change_of_roles_leaves_a_line(things: Things, as_staff: Client) -> None:
    worker = member("support")
    auditor = Group.objects.get(name="auditor")
    given = {"is_active": "on", "is_staff": "on", "groups": [auditor.pk]}
    assert as_staff.post(f"/backoffice/accounts/user/{worker.pk}/change/", given).status_code == 302
    assert [group.name for group in worker.groups.all()] == ["auditor"]
    line = AuditEntry.objects.filter(act="user.change").latest("pk")
    assert (line.who, line.subject) == ("staff@example.com", f"user {worker.pk}")


@pytest.mark.parametrize("field", ["is_superuser", "password", "email"])
def test_no_more_of_an_account_can_be_changed_than_is_shown(
    things: Things, as_staff: Client, field: str
) -> None:
    worker = member("support")
    before = getattr(worker, field)
    given = {"is_active": "on", "is_staff": "on", field: "1"}
    as_staff.post(f"/backoffice/accounts/user/{worker.pk}/change/", given)
    worker.refresh_from_db()
    assert getattr(worker, field) == before


def test_support_reads_accounts_and_changes_none(things: Things) -> None:
    client, other = at_work("support"), member("auditor")
    address = f"/backoffice/accounts/user/{other.pk}/change/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"is_staff": ""}).status_code == 403
    other.refresh_from_db()
    assert other.is_staff


def test_a_persons_data_are_not_among_the_records(things: Things, as_staff: Client) -> None:
    page = as_staff.get(f"/backoffice/contracts/contract/{things.contract.pk}/change/").content.decode()
    assert "KOWALSKA" not in page
    assert "1234567" not in page
