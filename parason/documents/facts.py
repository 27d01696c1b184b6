"""What a policy's paper says: gathered once, at issue, from contract, product and insurer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings

from parason.accounts.countries import nationality_name
from parason.accounts.registers import HOME, grouped, is_organisation, name_of
from parason.contracts.models import Contract, Insured
from parason.contracts.queries import first_sum, plan_of
from parason.kernel.clock import day_of
from parason.kernel.insurer import Insurer, insurer
from parason.kernel.money import Money
from parason.products.definition import Question, QuestionType
from parason.products.definition.model import Definition
from parason.products.queries import product as product_of

Texts = Mapping[str, str]
PolicyFacts = dict[str, Any]  # JSON: see policy_facts() for the keys

LANGUAGES = ("en", "ru")
DOCUMENTS: dict[str, Texts] = {
    "passport": {"en": "Passport", "ru": "Паспорт"},
    "id_card": {"en": "Identity card", "ru": "Удостоверение личности"},
    "residence": {"en": "Residence permit", "ru": "Вид на жительство"},
    "travel_document": {"en": "Travel document", "ru": "Проездной документ"},
    "other": {"en": "Document", "ru": "Документ"},
}
YES_NO = {"en": ("no", "yes"), "ru": ("нет", "да")}
IDENTITIES = ("plate", "registration", "vin", "address")  # what tells one object from another


def spaced(money: Money) -> dict[str, str]:
    """`{"amount": "10 000.00", "currency": "EUR"}`; whole sums without decimals."""
    amount = money.amount
    text = f"{amount:,}" if amount % 1 else f"{int(amount):,}"
    return {"amount": text.replace(",", " "), "currency": money.currency}


def both(describe: Callable[[str], str]) -> dict[str, str]:
    """A text in the paper's two languages; `describe(lang)` gives one."""
    return {language: describe(language) for language in LANGUAGES}


def latin_name(facts: Mapping[str, Any]) -> str:
    """Family name first, in capitals, as on the passport's data page; an organisation's as registered."""
    if is_organisation(facts):
        return unicodedata.normalize("NFC", name_of(facts))
    name = f"{facts.get('last_name_latin') or ''} {facts.get('first_name_latin') or ''}".strip()
    return unicodedata.normalize("NFC", name or str(facts.get("title") or facts.get("name") or "")).upper()


def own_name(facts: Mapping[str, Any]) -> str:
    """The name in the person's own letters; empty when it is the Latin one again."""
    parts = (facts.get(key) or "" for key in ("last_name", "first_name", "patronymic"))
    name = unicodedata.normalize("NFC", " ".join(part for part in parts if part))
    return "" if name.upper() == latin_name(facts) else name


def nationality(code: str) -> dict[str, str]:
    """The ICAO code with its names in both languages."""
    return {"code": code, **both(lambda language: nationality_name(code, language))}


def insured_facts(facts: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The insured person or object as the paper shows it."""
    number = f"{facts.get('document_series') or ''}{facts.get('document_number') or ''}"
    document = DOCUMENTS.get(str(facts.get("document_type") or "other"), DOCUMENTS["other"])
    return {
        "kind": kind,
        "name_latin": latin_name(facts),
        "name": own_name(facts) if kind == "person" else "",
        "birth_date": facts.get("birth_date") or "",
        "sex": facts.get("sex") or "",  # a list does not ask; “X” is what a passport may say
        "nationality": nationality(str(facts.get("nationality") or "")),
        "document": {"type": dict(document), "number": number},
        "rows": [],
    }


def object_facts(facts: Mapping[str, Any], kind: str, product: Definition) -> dict[str, Any]:
    """An insured vehicle, building or event: the answers about it, under the product's own labels."""
    shown = insured_facts(facts, kind)
    shown["nationality"] = {"code": "", "en": "", "ru": ""}
    for question in product.questions_about("insured"):
        value = facts.get(question.code)
        if value not in (None, ""):
            labels = both(question.says)
            chosen = dict(question.options("en")).get(str(value), str(value))
            shown["rows"].append({**labels, "value": chosen})
    title = facts.get("title") or facts.get("name") or product.title_of(facts, "en")
    shown["name_latin"] = str(title)[:80]
    shown["document"]["number"] = next((str(facts[key]) for key in IDENTITIES if facts.get(key)), "")
    return shown


def machine_lines(facts: PolicyFacts) -> list[str]:
    """Number, document, name and dates again, in the capitals and fillers of a passport's foot."""
    insured = facts["insured"]
    number = _filled(f"{facts['series']}{facts['number']}")
    birth, first, last = (
        str(text)[2:].replace("-", "")
        for text in (insured["birth_date"], facts["first_day"], facts["last_day"])
    )
    document = _filled(insured["document"]["number"])
    sex = insured["sex"] or "<"
    upper = f"{number}<{insured['nationality']['code']}{birth}{sex}<{document}"
    lower = f"{first}<{last}<<{_filled(insured['name_latin'])}"
    return [upper[:44].ljust(44, "<"), lower[:44].ljust(44, "<")]


def _filled(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.upper()).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]", "<", plain.replace("'", ""))


def insurer_facts(company: Insurer) -> dict[str, Any]:
    """The insurer's file as the templates take it."""
    facts = company.model_dump(mode="json")
    facts["brand"] = company.colours.light.get("brand", "#0F4C3A")
    return facts


def policy_facts(*, contract: Contract, insured: Insured, at: datetime, replaces: str = "") -> PolicyFacts:
    """Everything that the paper says, except series and number, which issue_policy() adds."""
    company = insurer()
    product = product_of(contract.product_code)
    kind = insured.kind
    if kind == "person":
        shown = insured_facts(insured.facts, kind)
    else:
        shown = object_facts(insured.facts, kind, product)
    whole = product.one_policy_per == "contract"
    share = contract.premium if whole else Money(insured.premium_minor, contract.premium_currency)
    return {
        "series": "",
        "number": "",
        "contract": contract.reference,
        "product": {"code": contract.product_code, "name": both(product.name)},
        "insured": shown,
        "group": group(contract) if whole else [],
        "policyholder": latin_name(contract.policyholder),
        "organisation": organisation_facts(contract.policyholder),
        "answers": answers_of(contract, product),
        "first_day": contract.first_day.isoformat(),
        "last_day": contract.last_day.isoformat(),
        "days": contract.period.days,
        "territory": both(lambda language: product.territory(language, contract.answers)),
        "territory_code": territory_code(product.territory("en", contract.answers)),
        "sum_insured": spaced(product.sum_insured({**contract.answers, **insured.facts})),
        "premium": spaced(share),
        "paid": paid(contract, for_all=not whole and contract.insured.count() > 1),
        **parts(contract),
        "issued_on": day_of(at).isoformat(),
        "place": dict(company.certificate.place),
        "replaces": replaces,
        "sample": settings.PARASON_DEMO,
    }


def organisation_facts(holder: Mapping[str, Any]) -> dict[str, Any] | None:
    """The policyholder as papers name an organisation; None when a person is the policyholder."""
    if not is_organisation(holder):
        return None
    country = str(holder.get("country") or "")
    return {
        "name": latin_name(holder),
        "number": str(holder.get("number") or ""),
        "unp": country == HOME,
        "country": both(lambda language: nationality_name(country, language)),
        "address": " ".join(str(holder.get("legal_address") or "").split()),
        "account": grouped(str(holder.get("bank_account") or "")),
        "signatory": f"{holder.get('signatory_post')} {holder.get('signatory_name')}",
        "basis": str(holder.get("signatory_basis") or ""),
        "email": str(holder.get("email") or ""),
        "phone": str(holder.get("phone") or ""),
    }


def answers_of(contract: Contract, product: Definition) -> list[dict[str, Any]]:
    """The answers of the contract in words; a template prints those whose codes it names."""
    return [
        {
            "code": question.code,
            "label": both(question.says),
            "value": both(partial(in_words, question, contract.answers[question.code])),
        }
        for question in product.questions_about("contract")
        if contract.answers.get(question.code) not in (None, "")
    ]


def in_words(question: Question, value: Any, language: str) -> str:
    """An answer as a paper prints it."""
    if question.type is QuestionType.CHOICE:
        return dict(question.options(language)).get(str(value), str(value))
    if question.type is QuestionType.YES_NO:
        return YES_NO[language][value in (True, "yes", "true")]
    return nationality_name(str(value), language) if question.type is QuestionType.COUNTRY else str(value)


def group(contract: Contract) -> list[dict[str, Any]]:
    """All insured of a contract that has one policy, as the schedule lists them."""
    return [
        {
            "position": one.position,
            "name": latin_name(one.facts),
            "birth_date": one.facts.get("birth_date") or "",
            "document": insured_facts(one.facts, one.kind)["document"]["number"],
            "premium": spaced(Money(one.premium_minor, contract.premium_currency)),
        }
        for one in contract.insured.all()
    ]


def paid(contract: Contract, *, for_all: bool) -> dict[str, Any] | None:
    """What was paid for the contract, and when; `for_all` on the paper of one insured of several."""
    if contract.paid_at is None:
        return None
    sum_paid = first_sum(contract)
    return {**spaced(sum_paid), "on": day_of(contract.paid_at).isoformat(), "for_all": for_all}


def parts(contract: Contract) -> dict[str, Any]:
    """The plan of a premium that is paid in parts, as it was agreed; nothing where it is paid at once."""
    plan = [
        {"number": part.number, "due_on": part.due_on.isoformat(), "sum": spaced(part.premium)}
        for part in plan_of(contract)
    ]
    return {"parts": plan} if plan else {}


def territory_code(name: str) -> str:
    """A short word for the seal."""
    return "BY" if name.removeprefix("Republic of ") == "Belarus" else name[:12]
