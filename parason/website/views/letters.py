"""A customer's letters: the same that went by mail, to read again and to have sent again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from parason.documents import letters as post
from parason.documents import queries
from parason.documents.models import Letter
from parason.kernel.clock import now
from parason.kernel.errors import DomainError
from parason.website.views.buying import Customer

A_PAGE = 20


def letter_or_404(request: Customer, pk: int) -> Letter:
    """The user's own letter; somebody else's is not there."""
    found = queries.letter_of(request.user, pk)
    if found is None:
        raise Http404(str(pk))
    return found


@login_required
@require_safe
def letters(request: Customer) -> HttpResponse:
    """All letters, newest first."""
    pages = Paginator(queries.letters_of(request.user), A_PAGE)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "refused": queries.refused_lately(request.user, now()),
    }
    return render(request, "letters/letters.html", context)


@login_required
@require_safe
def letter(request: Customer, pk: int) -> HttpResponse:
    """One letter as text, with its files."""
    found = letter_or_404(request, pk)
    context = {"letter": found, "files": found.attachments.defer("content")}
    return render(request, "letters/letter.html", context)


@login_required
@require_safe
def attachment(request: Customer, pk: int, file_pk: int) -> HttpResponse:
    """A file of a letter."""
    one = letter_or_404(request, pk).attachments.select_related("file").filter(pk=file_pk).first()
    if one is None:
        raise Http404(str(file_pk))
    response = HttpResponse(one.data, content_type=one.media_type)
    response["Content-Disposition"] = f'attachment; filename="{one.name}"'
    return response


@login_required
@require_POST
def again(request: Customer, pk: int) -> HttpResponse:
    """Send a letter once more, to the address that the account has now."""
    try:
        post.resend(letter=letter_or_404(request, pk), to=request.user.email, at=now())
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The letter is on its way again."))
    return redirect("letter", pk=pk)
