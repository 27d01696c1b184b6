"""The records of Django's admin: in the words of whoever reads them, for everybody, with a way back."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db.models import Model
from playwright.sync_api import Browser, expect

from parason.accounts.models import AuditEntry, User
from parason.accounts.operations import audit, record_consents
from parason.backoffice import labels, urls
from parason.backoffice.site import ReadOnly, office
from parason.kernel.clock import now
from parason.products.models import TariffVersion
from tests.backoffice.people import proposal
from tests.e2e.looks import Looker
from tests.factories import browser_of, make_user
from tests.journeys import acts

assert urls.records
KINDS = list(office._registry)


def address(model: type[Model], thing: Model | None = None) -> str:
    """Of a list, or of one record."""
    meta = model._meta
    listed = f"/backoffice/{meta.app_label}/{meta.model_name}/"
    return listed if thing is None else f"{listed}{thing.pk}/change/"


@pytest.fixture
def shop(db: None) -> None:
    """Something of most kinds."""
    acts.stock(at=now())
    owner = make_user("anna@example.com")
    contract = acts.make_contract(owner, at=now())
    acts.pay(acts.order_of(owner, contract, at=now()), at=now())
    record_consents(user=owner, versions={"terms": "1"}, language="en", address="::1", at=now())
    proposal(make_user("boss@example.com", is_staff=True, is_superuser=True))


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model._meta.label_lower)
def test_every_kind_of_record_and_every_field_that_is_shown_has_words(model: type[Model]) -> None:
    assert model._meta.label_lower in labels.ONE
    admin = office._registry[model]
    assert isinstance(admin, ReadOnly) or admin.fields
    hidden = set(admin.exclude or ())
    shown = [field for field in model._meta.fields if field.name not in hidden]
    if not isinstance(admin, ReadOnly):
        shown = [field for field in shown if field.name in (admin.fields or ())]
    said = set(labels.FIELDS.values())
    assert [field.name for field in shown if field.verbose_name not in said] == []


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model._meta.label_lower)
def test_words_for_the_staff_ask_for_no_migration(model: type[Model]) -> None:
    for field in model._meta.fields:
        assert field.deconstruct()[3].get("verbose_name") not in set(labels.FIELDS.values())
    assert "verbose_name" not in model._meta.original_attrs


def test_a_list_says_codes_in_words_and_filters_by_them(shop: None) -> None:
    client = browser_of(make_user("max@example.com", is_staff=True, is_superuser=True))
    page = client.get(address(TariffVersion))
    found = page.content.decode()
    assert "<title> Tariff versions | Back office</title>" in found
    assert "Obligatory medical insurance" in found
    assert "Base unit" in found
    filters = {spec.title: choices for spec, choices in page.context["filters"]}
    (status,) = (choices for title, choices in filters.items() if str(title) == "Status")
    assert [str(one["display"]) for one in status] == ["All", "Proposed", "Approved", "Withdrawn"]
    narrow = client.get(address(TariffVersion) + status[1]["query_string"])
    assert {one.status for one in narrow.context["cl"].result_list} == {"proposed"}


def test_a_kind_without_records_says_so_in_words(db: None) -> None:
    client = browser_of(make_user("max@example.com", is_staff=True, is_superuser=True))
    assert "No results found" in client.get("/backoffice/documents/letter/").content.decode()


def test_the_first_page_is_the_way_back_from_everywhere(shop: None) -> None:
    client = browser_of(make_user("max@example.com", is_staff=True, is_superuser=True))
    entry = audit(actor=None, act="sweep", at=now())
    for path in (address(AuditEntry), address(AuditEntry, entry)):
        assert 'href="/backoffice/">Records</a>' in client.get(path).content.decode()
    assert client.get("/backoffice/accounts/")["Location"] == "/backoffice/"


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_records_look_right(browser: Browser, live_server: Any, shop: None, language: str) -> None:
    boss = make_user(f"{language}@example.com", is_staff=True, is_superuser=True, language=language)
    context = browser.new_context(locale=language)
    cookie = browser_of(boss).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    looker = Looker(context.new_page(), live_server.url)
    for model in KINDS if language == "en" else (TariffVersion, User):
        looker.look_at(address(model))
        thing = model._default_manager.first()
        if thing is not None:
            looker.look_at(address(model, thing))
    context.close()
    assert not looker.faults, "\n".join(looker.faults)


def test_records_are_read_and_filtered_without_scripts(
    browser: Browser, live_server: Any, shop: None
) -> None:
    boss = make_user("max@example.com", is_staff=True, is_superuser=True)
    context = browser.new_context(java_script_enabled=False)
    cookie = browser_of(boss).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + address(TariffVersion))
    expect(page.get_by_role("heading", name="Tariff versions")).to_be_visible()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_role("link", name="Proposed", exact=True).click()
    expect(page.get_by_role("cell", name="2027-01")).to_be_visible()
    page.locator("#result_list tbody").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="oms")).to_be_visible()
    context.close()
