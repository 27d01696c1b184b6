"""Every form of the portal, found by walking the table of addresses, with what people, robots and attackers
send: a page that says what is wrong, a 4xx, nothing stored. A new address fails until it is named below.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import lxml.html
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from parason.accounts.models import User
from parason.documents.models import Letter, Policy
from parason.journeys.issue import issue
from parason.kernel.clock import now
from parason.website import urls
from tests.factories import PASSWORD, make_organisation, make_person, make_user
from tests.journeys import acts

pytestmark = pytest.mark.django_db
NASTY = {
    "nothing": "",
    "too long": "x" * 5_000,
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "sql": "'; DROP TABLE contracts_contract; --",
    "emoji": "😀👩‍👩‍👧‍👦",
    "four bytes": "𠜎𠜱𝕬",
    "direction marks": "\u202eEVIL\u202c\u200f",
    "nul": "a\x00b",
}
WRONG_DATES = {
    "31 February": ("31", "2", "1990"),
    "year 0020": ("1", "1", "0020"),
    "year 99999": ("1", "1", "99999"),
    "words": ("first", "of", "May"),
}
# Where each form stands and who fills it in. A form on a page of its own: no page is named.
FORMS: dict[str, tuple[str, str]] = {
    "account_signup": ("visitor", ""),
    "account_login": ("visitor", ""),
    "account_reset_password": ("visitor", ""),
    "account_again": ("visitor", "/account/confirm-email/broken/"),
    "account_another_address": ("just registered", "/account/confirm-email/"),
    "account_reauthenticate": ("anna", ""),
    "account_change_password": ("anna", ""),
    "account_email": ("fresh", ""),
    "mfa_authenticate": ("at the second step", ""),
    "mfa_reauthenticate": ("anna", ""),
    "mfa_activate_totp": ("fresh", ""),
    "mfa_add_webauthn": ("fresh", ""),
    "profile": ("anna", ""),
    "profile_passport": ("anna", ""),
    "profile_settings": ("anna", ""),
    "person_new": ("anna", ""),
    "person_edit": ("anna", ""),
    "organisation_new": ("anna", ""),
    "organisation_edit": ("anna", ""),
    "buy_start": ("anna", "/buy/oms/"),
    "buy_dates": ("anna", ""),
    "buy_questions": ("anna", ""),
    "buy_policyholder": ("anna", ""),
    "buy_person": ("anna", ""),
    "buy_person_edit": ("anna", ""),
    "verify_check": ("visitor", ""),
}
# What an organisation does is told in any words.
FREE_TEXT = {("buy_questions", what) for what in ("html", "sql", "emoji", "four bytes")}
# Presses, ticks and choices among what is there: nothing is typed, so nothing typed can be wrong. Three are
# more, and have tests of their own: the list of people (a file), the check page (sums), the desk (staff).
BUTTONS = {
    "buy_list", "buy_conclude", "verify_desk",
    "account_confirm_email", "account_logout", "account_reset_password_from_key", "account_set_password",
    "buy_discard", "buy_parts", "buy_people", "cart_remove", "contract_end", "contract_extend",
    "contract_part", "contract_to_cart", "contract_withdraw", "hook", "hook_precheck", "language",
    "letter_again",
    "mfa_deactivate_totp", "mfa_edit_webauthn", "mfa_generate_recovery_codes", "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "organisation_delete", "pay", "person_delete",
    "profile_latin", "usersessions_list",
}  # fmt: skip
# Pages to read; those that take a question in the address (`?first_day=`) are asked below.
PAGES = {
    "accessibility", "account_confirm_login_code", "account_email_verification_sent", "account_inactive",
    "account_reset_password_done", "account_reset_password_from_key_done", "buy", "buy_check", "buy_done",
    "buy_list_template", "buy_new", "buy_resume", "cart", "contract", "contract_calendar", "drafts", "exempt",
    "help", "home", "invoice", "invoice_pdf", "jwks", "letter", "letter_file", "letters", "look", "manifest",
    "mfa_download_recovery_codes", "mfa_index", "mfa_list_webauthn", "mfa_view_recovery_codes",
    "organisations", "payment", "payment_return", "payments", "persons", "policies", "policy_apple_wallet",
    "policy_google_wallet", "policy_memo", "policy_papers", "policy_pdf", "policy_qr", "policy_terms",
    "price",
    "privacy", "product", "receipt", "receipt_pdf", "revocations", "robots", "seal_status", "security_txt",
    "terms", "verify", "verify_manifest", "verify_worker",
}  # fmt: skip
QUESTIONS = ("home", "price", "exempt", "product", "verify_check", "buy_new", "policies", "letters")


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        else:
            yield str(pattern.name)


def test_every_address_is_a_form_a_button_or_a_page() -> None:
    there = set(names(urls.urlpatterns))
    assert there == FORMS.keys() | BUTTONS | PAGES
    assert len(there) == len(FORMS) + len(BUTTONS) + len(PAGES), "one is named twice"


@dataclass
class World:
    """Anna with one of each thing, and the browsers of those who fill in forms."""

    anna: User
    things: dict[str, Any] = field(default_factory=dict)

    def browser(self, who: str) -> Client:
        client = Client()
        if who == "visitor":
            return client
        if who == "just registered":
            fields = {"email": "new@example.com", "password1": PASSWORD, "terms": "on", "personal_data": "on"}
            client.post("/account/signup/", fields)
            return client
        user = User.objects.get(email="fresh@example.com") if who == "fresh" else self.anna
        if who == "at the second step":
            client.post("/account/login/", {"login": user.email, "password": PASSWORD})
            return client
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.post("/account/reauthenticate/", {"password": PASSWORD})
        return client

    def address(self, name: str) -> str:
        given: dict[str, Any] = {
            "code": "oms", "kind": "csv", "key": "broken", "uidb36": "1", "lookup": "x", "our_ref": "x",
            "gateway": "begateway", "shop": "1", "number": 2, "file_pk": 1,
            "person_pk": self.things["person"],
        }  # fmt: skip
        kind = next((kind for kind in KINDS if name.startswith(kind)), "")
        if kind:
            given["pk"] = self.things[KINDS[kind]]
        if name in ("buy_questions", "buy_list", "buy_policyholder", "buy_parts"):
            given["pk"] = self.things["group"]
        if name == "buy_done":
            given["pk"] = self.things["contract"]
        pattern = next(one for one in flat(urls.urlpatterns) if one.name == name)
        needed = {
            *pattern.pattern.regex.groupindex,
            *(["pk"] if name.startswith(("mfa_edit", "mfa_remove")) else ()),
        }
        return reverse(name, kwargs={key: value for key, value in given.items() if key in needed})


KINDS = {
    "buy_": "application", "contract": "contract", "policy_": "policy", "payment": "payment",
    "receipt": "payment",
    "invoice": "payment", "letter": "letter", "person_": "person", "organisation": "organisation",
    "cart_remove": "contract",
    "mfa_edit": "person", "mfa_remove": "person",
}  # fmt: skip


def flat(patterns: list[URLPattern | URLResolver]) -> list[URLPattern]:
    found: list[URLPattern] = []
    for pattern in patterns:
        found += flat(pattern.url_patterns) if isinstance(pattern, URLResolver) else [pattern]
    return found


@pytest.fixture
def world(settings: Any) -> World:
    settings.ACCOUNT_RATE_LIMITS = dict.fromkeys(settings.ACCOUNT_RATE_LIMITS)
    at = now()
    acts.stock(at=at)
    anna = make_user()
    TOTP.activate(anna, generate_totp_secret())
    make_user("fresh@example.com")
    make_person(anna)
    paid = acts.make_contract(anna, at=at)
    order = acts.order_of(anna, paid, at=at)
    payment = acts.pay(order, at=at)
    issue(order_id=order.pk, at=at)
    group = acts.make_application(anna, at=at, product_code="staff", days=365)
    return World(
        anna,
        {
            "person": make_person(anna, is_self=False, first_name_latin="BORIS").pk,
            "organisation": make_organisation(anna).pk,
            "application": acts.make_application(anna, at=at).pk,
            "group": group.pk,
            "contract": acts.make_contract(anna, at=at).pk,
            "policy": Policy.objects.get().pk,
            "payment": payment.pk,
            "letter": Letter.objects.earliest("pk").pk,
        },
    )


def form_on(page: Any, address: str, own: str) -> Any:
    """The form of a page that posts to an address; a form without one posts to its page."""
    document = lxml.html.document_fromstring(page.content.decode())
    found = [
        form
        for form in document.forms
        if form.method == "POST" and (form.get("action") or own).split("?")[0] == address
    ]
    assert found, f"there is no form for {address} on {own}"
    return max(found, key=lambda form: len(form.fields))


def sent_by(form: Any, nasty: Callable[[str], str]) -> dict[str, str]:
    """What a browser would send with the same typed into every box; hidden fields stay as they are."""
    presses = form.xpath(".//button")
    sent = {one.get("name"): "" for one in presses if len(presses) == 1 and one.get("name")}
    for one in form.inputs:
        kind = one.get("type", "")
        if not one.name or kind in ("submit", "file", "button"):
            continue
        sent[one.name] = (one.get("value") or "") if kind == "hidden" else nasty(one.name)
    return sent


def stored() -> dict[str, tuple[Any, ...]]:
    """A print of every table of ours; what only counts or remembers tries is left out."""
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.split("_")[0]
        in ("accounts", "quotes", "contracts", "checkout", "payments", "documents", "mfa", "account")
        and name not in ("documents_try", "documents_look", "accounts_session")
    ]
    print_of = "count(*), md5(string_agg(row::text, ',' ORDER BY row::text))"
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', {print_of} FROM {name} AS row"  # noqa: S608
                for name in tables
            )
        )
        return {name: rest for name, *rest in cursor.fetchall()}


def refuses(world: World, name: str, what: str, nasty: Callable[[str], str]) -> None:
    who, place = FORMS[name]
    client, address = world.browser(who), world.address(name)
    own = place if place.startswith("/") else world.address(place or name)
    page = client.get(own)
    assert page.status_code in (200, 404), (name, page.status_code, page.get("Location"))
    sent = sent_by(form_on(page, address, own), nasty)
    before = stored()
    answer = client.post(address, sent)
    if (name, what) in FREE_TEXT:
        assert answer.status_code == 302
        assert "<script>alert(1)" not in client.get(own).content.decode()
        return
    assert 400 <= answer.status_code < 500, (name, what, answer.status_code, answer.get("Location"))
    html = answer.content.decode()
    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html
    assert "There is a problem" in html or answer.status_code == 400, (name, what)
    after = stored()
    assert after == before, (name, what, [table for table in after if after[table] != before[table]])


@pytest.mark.parametrize("what", NASTY)
@pytest.mark.parametrize("name", FORMS)
def test_a_form_refuses_what_nobody_means(world: World, name: str, what: str) -> None:
    refuses(world, name, what, lambda _field: NASTY[what])


DATED = ["profile", "profile_passport", "person_new", "person_edit", "buy_person", "buy_person_edit"]


@pytest.mark.parametrize("what", WRONG_DATES)
@pytest.mark.parametrize("name", DATED)
def test_a_form_refuses_a_date_that_is_none(world: World, name: str, what: str) -> None:
    parts = dict(zip(("day", "month", "year"), WRONG_DATES[what], strict=True))
    refuses(world, name, what, lambda field: parts.get(field.rpartition("_")[2], ""))


@pytest.mark.parametrize("name", FORMS)
def test_ten_megabytes_are_refused_unread(world: World, name: str) -> None:
    client = world.browser(FORMS[name][0])
    before = stored()
    answer = client.post(
        world.address(name), b"a=" + b"0" * 10_000_000, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in (400, 413), name
    assert stored() == before


@pytest.mark.parametrize("name", sorted(BUTTONS | PAGES))
def test_what_takes_no_text_survives_text(world: World, name: str) -> None:
    """Unknown fields, twice and nasty, break neither a button nor a page, and a page stores nothing."""
    fields = (
        "email",
        "number",
        "method",
        "language",
        "next",
        "revision",
        "seen_minor",
        "person",
        "choice",
        "id",
    )
    for nasty in NASTY.values():
        client = world.browser("anna")
        before = stored()
        answer = client.post(world.address(name), {one: [nasty, nasty] for one in fields})
        assert answer.status_code < 500, (name, nasty)
        if name in PAGES:
            assert stored() == before, name


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions_in_the_address_survive_everything(world: World, name: str) -> None:
    fields = (
        "first_day",
        "last_day",
        "days",
        "people",
        "nationality",
        "number",
        "page",
        "code",
        "next",
        "birth_date",
    )
    for one, nasty in itertools.product(fields, [*NASTY.values(), "2027-02-31", "0020-01-01", "9" * 30]):
        answer = world.browser("anna").get(world.address(name), {one: nasty})
        assert answer.status_code < 500, (name, one, nasty)
        assert "<script>alert(1)" not in answer.content.decode()
    cache.clear()
