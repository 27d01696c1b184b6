"""“Fill in from my passport”: the buttons of a form that takes a passport's lines or a photograph of them."""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from parason.accounts import photo
from parason.website.forms.person import PersonPart
from parason.website.suggestions import UNREADABLE, Reading, Suggestion, compare, latin_suggestions, take


def can_photograph() -> bool:
    """Whether this installation can read photographs."""
    return bool(photo.reader())


class InMemory(MemoryFileUploadHandler):
    """Keeps an upload of up to a photograph's size in memory; a larger one is dropped,
    never written anywhere.
    """

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        self.activated = content_length <= photo.MOST_BYTES


def keep_photo_in_memory(request: HttpRequest) -> None:
    """A photograph of a passport never touches the disk."""
    if request.method == "POST" and not hasattr(request, "_files"):
        request.upload_handlers = [InMemory(request)]


def lines_of(request: HttpRequest) -> tuple[str, Reading | None]:
    """The lines that were pasted or that stand on the photograph; else why they could not be read."""
    pasted = request.POST.get("mrz", "")[:2000]
    picture = request.FILES.get("photo") if request.method == "POST" and can_photograph() else None
    if pasted.strip() or "read" not in request.POST:
        return pasted, None
    if picture is None:
        return "", Reading({}, [UNREADABLE["lines"]])
    if not ratelimit.consume(request, app="allauth.account", action="passport_photo", user=request.user):
        return "", Reading({}, [_("Too many attempts. Wait a minute, or paste the lines.")])
    try:
        return photo.lines_on(picture.read()), None
    except photo.Unreadable as error:
        return "", Reading({}, [error.message])


def typed(request: HttpRequest, form: PersonPart) -> dict[str, Any] | None:
    """What to show in the form when a button asks for suggestions instead of saving; None when it saves.

    The taken suggestions are in their places, everything else is as typed; nothing is judged yet.
    """
    if not {"take", "take_all", "read"} & set(request.POST):
        return None
    chosen = request.POST.getlist("take")
    if "take_all" in request.POST:
        reading = compare(form, request.POST.get("mrz", ""), form.today)
        chosen = [suggestion.choice for suggestion in reading.suggestions.values()]
    return take(request.POST, chosen, form)


def context(request: HttpRequest, form: PersonPart) -> dict[str, Any]:
    """For `profile/_mrz.html` and `profile/_fields.html`; puts each suggestion at its field."""
    lines, unread = lines_of(request)
    reading = compare(form, lines, form.today) if lines.strip() else unread
    suggestions = dict(reading.suggestions) if reading else {}
    for name, value in latin_suggestions(form).items():
        suggestions.setdefault(name, Suggestion(name, value, value, differs=False, latin=True))
    for name, suggestion in suggestions.items():
        form[name].suggestion = suggestion  # type: ignore[attr-defined]
    return {"form": form, "mrz": lines, "reading": reading, "photo": can_photograph()}


def disagreements(request: HttpRequest, form: PersonPart) -> list[str]:
    """Labels of the fields that were saved with something else than the pasted lines say."""
    lines = request.POST.get("mrz", "")[:2000]
    found = compare(form, lines, form.today).suggestions.values() if lines.strip() else []
    return [str(form[suggestion.name].label) for suggestion in found if suggestion.differs]
