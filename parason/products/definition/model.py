"""A product as one checked value, with the questions that other rooms ask of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from parason.kernel.money import Money
from parason.products.definition.answers import amount, clean
from parason.products.definition.parts import (
    Amendment,
    Cover,
    Exemption,
    Instalments,
    Insured,
    Limit,
    Numbering,
    Refund,
    Schedule,
    Statement,
    SumInsured,
    TariffEntry,
    Term,
)
from parason.products.definition.questions import Choice, Question, QuestionType, say
from parason.products.rating.spec import Code, Step, Strict, TableSpec, Texts
from parason.products.rating.tables import TableData

CLASSES = ("private", "obligatory", "business")
Policyholder = Literal["person", "organisation"]
SUM_LABEL: Texts = {"en": "Sum insured", "ru": "Страховая сумма", "ar": "مبلغ التأمين"}


class Definition(Strict):
    """A product. Texts are read with `name`, `text`, `statement`, `territory` in a person's language."""

    code: Code
    class_: Literal["private", "obligatory", "business"] = Field(alias="class")
    order: int = 100
    names: Texts
    texts: dict[Code, Texts]
    insured: Insured
    # Who may conclude the contract; the first is proposed.
    policyholders: tuple[Policyholder, ...] = Field(default=("person",), alias="policyholder", min_length=1)
    term: Term
    territories: Texts = Field(alias="territory")
    territory_question: Code | None = None
    sums: SumInsured = Field(alias="sum_insured")
    asked: tuple[Question, ...] = Field(default=(), alias="questions")
    limits: tuple[Limit, ...] = ()
    statements: tuple[Statement, ...] = Field(min_length=1)
    numbering: Numbering
    one_policy_per: Literal["insured", "contract"] = "insured"
    refund_rule: Refund = Field(default_factory=Refund, alias="refund")
    amendment: Amendment = Field(default_factory=Amendment)
    instalments: Instalments = Field(default_factory=Instalments)
    covers: tuple[Cover, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    tables: dict[Code, TableSpec]
    steps: tuple[Step, ...] = Field(min_length=1)
    tariffs: tuple[TariffEntry, ...] = Field(min_length=1)
    # filled by the reader from the files beside product.toml
    folder: Path = Path()
    exemptions: tuple[Exemption, ...] = ()
    table_data: dict[str, dict[str, TableData]] = Field(
        default_factory=dict
    )  # tariff version → table → cells
    schedule_rows: dict[str, tuple[dict[str, str], ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _codes_once(self) -> Definition:
        codes = [question.code for question in self.asked]
        for code in codes:
            if codes.count(code) > 1:
                raise ValueError(f"the question “{code}” stands twice")
        if len(set(self.policyholders)) != len(self.policyholders):
            raise ValueError("policyholder names a kind twice")
        return self

    # --- words ----------------------------------------------------------------------------------------------

    def name(self, language: str = "en") -> str:
        """The product's name."""
        return say(self.names, language)

    def text(self, key: str, language: str = "en") -> str:
        """A text of product.toml's [texts], or nothing when the product has none of that key."""
        return say(self.texts[key], language) if key in self.texts else ""

    def statement(self, language: str = "en") -> tuple[str, str]:
        """The first statement to accept, word for word, and its version."""
        first = self.statements[0]
        return say(first.text, language), first.version

    def territory(self, language: str = "en", answers: Mapping[str, Any] | None = None) -> str:
        """Where the cover holds; where the buyer chooses, the chosen answer's label."""
        if self.territory_question and answers and self.territory_question in answers:
            question = self.question(self.territory_question)
            return dict(question.options(language)).get(
                str(answers[question.code]), say(self.territories, language)
            )
        return say(self.territories, language)

    def terms(self, language: str = "en") -> str:
        """The insurance terms as Markdown, in the language or in English."""
        own = self.folder / f"terms.{language}.md"
        return (own if own.is_file() else self.folder / "terms.en.md").read_text("utf-8")

    @property
    def insured_kind(self) -> str:
        """person, vehicle, building or event."""
        return self.insured.kind

    @property
    def template(self) -> Path:
        """The typst template of the policy."""
        return self.folder / "policy.typ"

    # --- questions ------------------------------------------------------------------------------------------

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions in order; the choice of a sum insured is one of them where there is a choice."""
        if len(self.sums.choices) < 2:
            return self.asked
        choices = tuple(
            Choice(value=str(amount), label={"en": f"{self.sums.currency} {amount:,}".replace(",", "\u202f")})
            for amount in self.sums.choices
        )
        label = self.sums.label or SUM_LABEL
        default = str(self.sums.choices[0])
        question = Question(
            code="sum_insured", type=QuestionType.CHOICE, label=label, choices=choices, default=default
        )
        return (*self.asked, question)

    def question(self, code: str) -> Question:
        """One question. Raises KeyError for a code that the product does not ask."""
        for question in self.questions:
            if question.code == code:
                return question
        raise KeyError(code)

    def questions_about(self, about: str, *, priced_only: bool = False) -> list[Question]:
        """Questions asked once (`contract`), or of each insured (`insured`)."""
        return [q for q in self.questions if q.about == about and (q.priced or not priced_only)]

    def title_of(self, answers: Mapping[str, Any], language: str) -> str:
        """What people call an insured object: the answers that name it, else the first two about it."""
        about = self.questions_about("insured")
        naming = [question for question in about if question.names] or about[:2]
        given = [(dict(one.options(language)), str(answers.get(one.code) or "")) for one in naming]
        return " ".join(options.get(answer, answer) for options, answer in given if answer)[:80]

    @cached_property
    def words(self) -> dict[str, Texts]:
        """Words for the lines of a premium: steps by id, `fact:<question>`, `choice:<question>=<answer>`."""
        found = {step.id: step.label for step in self.steps}
        for question in self.questions:
            found[f"fact:{question.code}"] = question.label
            found |= {f"choice:{question.code}={choice.value}": choice.label for choice in question.choices}
        return found

    @cached_property
    def rated(self) -> set[str]:
        """Codes of the questions that the price depends on."""
        return {fact for step in self.steps for fact in step.facts(self.tables)} | {
            code for question in self.asked for code in (c.fact for c in question.show_when)
        }

    @cached_property
    def contract_questions(self) -> tuple[Question, ...]:
        """Questions asked once."""
        return tuple(question for question in self.questions if question.about == "contract")

    @cached_property
    def priced_questions(self) -> tuple[Question, ...]:
        """Questions asked once, by the calculator: the price may depend on them."""
        return tuple(question for question in self.contract_questions if question.priced)

    @cached_property
    def late_questions(self) -> tuple[Question, ...]:
        """Questions asked once, before the check: the price does not depend on them."""
        return tuple(question for question in self.contract_questions if not question.priced)

    def late_answers_missing(self, answers: Mapping[str, Any]) -> bool:
        """Whether one of the late questions still has to be asked; an empty answer counts as asked."""
        if not self.late_questions:
            return False
        facts, faults = clean(self.contract_questions, answers)
        return any(
            question.code in faults or (question.code not in answers and question.shown(facts))
            for question in self.late_questions
        )

    @cached_property
    def rated_questions(self) -> tuple[Question, ...]:
        """Questions about each insured that the price depends on."""
        return tuple(q for q in self.questions if q.about == "insured" and q.code in self.rated)

    # --- sums, exemptions -----------------------------------------------------------------------------------

    def sum_insured(self, answers: Mapping[str, Any] | None = None, choices: Sequence[int] = ()) -> Money:
        """The sum insured that the answers choose; `choices` of a tariff version go before the product's."""
        given = answers or {}
        if self.sums.of:
            total = sum((amount(given.get(code)) for code in self.sums.of), Decimal(0))
            return Money.of(total, self.sums.currency)
        allowed = tuple(choices) or self.sums.choices
        chosen = amount(given.get("sum_insured"))
        return Money.of(chosen if chosen in allowed else allowed[0], self.sums.currency)

    def exemption(self, nationality: str, on: date) -> Exemption | None:
        """The exemption of a nationality (ICAO code) on a day, if there is one."""
        for entry in self.exemptions:
            if entry.nationality != nationality or entry.valid_from > on:
                continue
            if entry.valid_to is None or on <= entry.valid_to:
                return entry
        return None

    def schedule(self, code: str, language: str = "en") -> list[tuple[str, str]]:
        """A table for reading, as (words, value) rows."""
        rows = self.schedule_rows.get(code, ())
        return [(row.get(language) or row["en"], row["value"]) for row in rows]

    # --- answers --------------------------------------------------------------------------------------------

    def check_answers(
        self, answers: Mapping[str, Any], *, about: str = "contract", priced_only: bool = False, **given: Any
    ) -> dict[str, str]:
        """Faults by question code, in the active language; empty when all is well.
        `given`: facts from elsewhere.
        """
        faults = clean(self.questions_about(about, priced_only=priced_only), answers, given)[1]
        return {code: str(fault) for code, fault in faults.items()}
