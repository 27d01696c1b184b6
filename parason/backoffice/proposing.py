"""Acts on tariffs: propose from files, approve, withdraw; each leaves a line in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parason.backoffice.access import APPROVE, PROPOSE, VIEW_TARIFFS, note, page, staff_of, staff_page
from parason.backoffice.forms import TABLE, ProposalForm
from parason.backoffice.tariffs import ROOM, product_or_404, version_or_404, version_page
from parason.kernel.clock import now
from parason.kernel.errors import DomainError
from parason.products import operations, queries
from parason.products.definition.files import MOST_BYTES
from parason.products.errors import BadProposal, BadTable, OwnProposal
from parason.products.importing import import_table
from parason.products.models import TariffVersion
from parason.products.queries import Definition
from parason.products.rating import TableData, TableFault

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MOST_FAULTS = 200  # shown; a file with more is wrong in one thing all over


@dataclass(frozen=True, slots=True)
class FileFaults:
    """What is wrong with the file of one table."""

    table: str
    faults: list[TableFault]

    @property
    def shown(self) -> list[TableFault]:
        return self.faults[:MOST_FAULTS]

    @property
    def left(self) -> int:
        return len(self.faults) - len(self.shown)


@staff_page(PROPOSE)
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """A new version from files: everything that is wrong is shown at once, and nothing is kept in part."""
    product = product_or_404(code)
    newest = next((one for one in queries.timeline(code) if one.status == "approved"), None)
    if request.method != "POST":
        form = ProposalForm(product=product, initial={"unit": newest.unit if newest else "EUR"})
        return _page(request, product, form, newest)
    form = ProposalForm(request.POST, request.FILES, product=product)
    if not form.is_valid():
        return _page(request, product, form, newest, status=422)
    tables, faulty = _read(product, form.files_of_tables())
    if faulty:
        for one in faulty:
            form.add_error(TABLE + one.table, _("The file has faults; they are listed below."))
        return _page(request, product, form, newest, faulty, status=422)
    try:
        made = _propose(request, product, form.cleaned_data, tables)
    except BadTable as error:
        faulty = [FileFaults(error.table, error.faults)]
        form.add_error(TABLE + error.table, str(error.message))
    except BadProposal as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
    else:
        return redirect("office_difference", code, made.pk)
    return _page(request, product, form, newest, faulty, status=422)


def _page(
    request: HttpRequest,
    product: Definition,
    form: ProposalForm,
    newest: TariffVersion | None,
    faulty: list[FileFaults] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = {"product": product, "form": form, "newest": newest, "faulty": faulty or []}
    return page(request, "propose.html", shown, room=ROOM, status=status)


def _read(
    product: Definition, files: dict[str, UploadedFile[bytes]]
) -> tuple[dict[str, TableData], list[FileFaults]]:
    tables, faulty = {}, []
    for name, file in files.items():
        try:
            # One byte too many is enough to know that the file is too large.
            raw = file.read(MOST_BYTES + 1)
            tables[name] = import_table(product=product, table=name, raw=raw, filename=file.name or "")
        except BadTable as error:
            faulty.append(FileFaults(name, error.faults))
    return tables, faulty


@transaction.atomic
def _propose(
    request: HttpRequest, product: Definition, given: dict[str, Any], tables: dict[str, TableData]
) -> TariffVersion:
    at = now()
    names = ("version", "valid_from", "valid_to", "act", "act_link", "unit", "verified")
    facts = {name: given[name] for name in names}
    made = operations.propose_tariff(product=product, tables=tables, by=staff_of(request), at=at, **facts)
    written = {"tables": sorted(tables), "valid_from": made.valid_from.isoformat(), "digest": made.digest}
    note(request, "tariff.propose", f"tariff {made.pk}", written, at=at)
    return made


@require_POST
@staff_page(APPROVE)
def approve(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Let a proposal hold from its first day; another person than its author decides."""
    version, at = version_or_404(code, pk), now()
    try:
        with transaction.atomic():
            operations.approve_tariff(version=version, by=staff_of(request), at=at)
            note(request, "tariff.approve", f"tariff {pk}", {"digest": version.digest}, at=at)
    except DomainError as error:
        return _refused(request, version, error)
    return redirect("office_tariff", code, pk)


@require_POST
@staff_page(VIEW_TARIFFS)
def withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take a version back before its first day. Authors may do so too: the operation judges who may."""
    version, at = version_or_404(code, pk), now()
    reason = request.POST.get("reason", "").strip()[:300]
    try:
        with transaction.atomic():
            operations.withdraw_tariff(version=version, by=staff_of(request), at=at, reason=reason)
            note(request, "tariff.withdraw", f"tariff {pk}", {"reason": reason}, at=at)
    except DomainError as error:
        return _refused(request, version, error)
    return redirect("office_tariff", code, pk)


def _refused(request: HttpRequest, version: TariffVersion, error: DomainError) -> HttpResponse:
    """The page again with the reason; the try itself is written down."""
    at = now()
    note(request, "tariff.refused", f"tariff {version.pk}", {"why": type(error).__name__}, at=at)
    status = 403 if isinstance(error, OwnProposal) or type(error).__name__ == "NotAllowed" else 422
    return version_page(request, version.product_code, version.pk, problem=_words(error), status=status)


def _words(error: DomainError) -> str:
    if type(error).__name__ in {"MovedMeanwhile", "ForbiddenMove"}:
        return _("Somebody else decided first. This is how the version stands now.")
    return str(error.message)
