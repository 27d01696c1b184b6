"""The purchase's page for somebody else takes a passport's lines too."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from parason.accounts.models import Person, User
from parason.kernel.clock import now
from tests.accounts.test_mrz import ERIKSSON
from tests.journeys import acts

pytestmark = pytest.mark.django_db


def test_the_passports_lines_fill_in_the_insured_person(as_anna: Client, anna: User) -> None:
    acts.stock(at=now())
    application = acts.make_application(anna, at=now())
    path = f"/application/{application.pk}/person"
    assert "Fill in from my passport" in as_anna.get(path).content.decode()
    data = {"mrz": ERIKSSON.replace("UTO", "POL"), "application_revision": application.revision}
    answer = as_anna.post(path, {**data, "take_all": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="last_name_latin" value="ERIKSSON"' in page
    assert re.search(r'name="birth_date_year"[^>]*value="1974"', page)
    assert '<option value="POL" selected>' in page
    assert Person.objects.filter(is_self=False).count() == 0


def test_a_cyrillic_name_is_offered_in_latin_letters(as_anna: Client, anna: User) -> None:
    acts.stock(at=now())
    application = acts.make_application(anna, at=now())
    answer = as_anna.post(f"/application/{application.pk}/person", {"last_name": "Шевченко", "revision": "0"})
    assert answer.status_code == 422
    assert 'value="last_name_latin=SHEVCHENKO"' in answer.content.decode()
