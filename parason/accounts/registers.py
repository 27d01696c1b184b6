"""Organisations as registers know them: their numbers, accounts and names, decided without tables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum import iban
from stdnum.by import unp
from stdnum.exceptions import InvalidChecksum, ValidationError

HOME = "BLR"
FACTS = (
    "name",
    "legal_form",
    "country",
    "number",
    "legal_address",
    "bank_account",
    "signatory_name",
    "signatory_post",
    "signatory_basis",
    "email",
    "phone",
)
NUMBER = re.compile(r"[0-9A-Za-zÀ-ÖØ-öø-ÿА-Яа-яЁё]+(?:[-/.:][0-9A-Za-zÀ-ÖØ-öø-ÿА-Яа-яЁё]+)*")
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{10,30}")
# What stands around the name proper, in the registers of the neighbours; banks write it in any place.
FORMS = frozenset(
    re.findall(
        r"\w+",
        "ооо оао зао пао ао одо чуп уп руп куп чтуп чпуп ип сооо иооо таа ткп"
        " llc ltd jsc ojsc cjsc gmbh ag inc sia uab oü sp zoo",
    )
)
LONG_FORMS = (
    "общество с ограниченной ответственностью",
    "общество с дополнительной ответственностью",
    "открытое акционерное общество",
    "закрытое акционерное общество",
    "публичное акционерное общество",
    "акционерное общество",
    "частное торговое унитарное предприятие",
    "частное производственное унитарное предприятие",
    "частное унитарное предприятие",
    "республиканское унитарное предприятие",
    "унитарное предприятие",
    "индивидуальный предприниматель",
)


class OrganisationLike(Protocol):
    """What the rules need of an organisation; `accounts.models.Organisation` is one."""

    name: str


def tidy_number(text: str, country: str) -> str:
    """A number as it is stored: capitals, no spaces; of Belarus without the letters “УНП” before it."""
    text = unicodedata.normalize("NFKC", text).upper()
    text = "".join(str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in text)
    text = re.sub(r"\s+", "", text)
    return str(unp.compact(text)) if country == HOME else text


def check_number(text: str, country: str) -> str | Promise | None:
    """What is wrong with a tidied number. The UNP: nine signs, the last one a check digit."""
    if country != HOME:
        return (
            None if NUMBER.fullmatch(text) else _("Only letters and numbers, as in the register's extract.")
        )
    try:
        unp.validate(text)
    except InvalidChecksum:
        return _("The UNP has a mistake: its last digit does not fit the others.")
    except (ValidationError, ValueError):
        return _("A UNP has 9 characters, like 190275968.")
    return None


def tidy_account(text: str) -> str:
    """An IBAN as it is stored: capitals, no spaces."""
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", text)).upper()


def check_account(text: str) -> str | Promise | None:
    """What is wrong with a tidied IBAN: its country's length and form, and the check digits."""
    try:
        if IBAN.fullmatch(text) and iban.validate(text):
            return None
    except InvalidChecksum:
        return _("The account number has a mistake: its check digits do not fit.")
    except (ValidationError, ValueError):
        pass
    return _("Enter an IBAN: two letters of the country, two digits, then the account.")


def grouped(account: str) -> str:
    """An IBAN in groups of four, as people read it."""
    return " ".join(account[place : place + 4] for place in range(0, len(account), 4))


def full_name(legal_form: str, name: str) -> str:
    """Legal form and name; the form once, also where it is a part of the name."""
    known = {word.strip("«»\"'“”,.").casefold() for word in name.split()}
    return name if not legal_form or legal_form.casefold() in known else f"{legal_form} {name}"


def facts(organisation: OrganisationLike) -> dict[str, str | None]:
    """The organisation as strings: the snapshot that a contract keeps. Empty values are None."""
    return {"kind": "organisation"} | {name: getattr(organisation, name) or None for name in FACTS}


def is_organisation(snapshot: Mapping[str, Any]) -> bool:
    """Whether a policyholder's snapshot is an organisation's; a person's has no kind."""
    return snapshot.get("kind") == "organisation"


def name_of(snapshot: Mapping[str, Any]) -> str:
    """The full name in an organisation's snapshot."""
    return full_name(str(snapshot.get("legal_form") or ""), str(snapshot.get("name") or ""))


def plain_name(text: str) -> str:
    """A name as it can be compared: lower case, without quotation marks and legal forms, in one order."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    for form in LONG_FORMS:
        text = text.replace(form, " ")
    return " ".join(word for word in re.findall(r"\w+", text) if word not in FORMS)
