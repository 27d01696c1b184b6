"""The first page of the back office: what waits for a person, and the records that may be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from parason.backoffice.access import APPROVE, page, staff_of, staff_page
from parason.backoffice.site import office
from parason.backoffice.words import RECORDS, in_words
from parason.products.queries import broken, proposals


@require_safe
@staff_page()
def home(request: HttpRequest) -> HttpResponse:
    """What this member of the staff may do."""
    user = staff_of(request)
    waiting = list(proposals()) if user.has_perm(APPROVE) else []
    return page(
        request,
        "home.html",
        {
            "waiting": [(one, one.proposed_by_id == user.pk) for one in waiting],
            "broken": sorted(broken()) if user.has_perm("products.view_tariffversion") else [],
            "records": records(request),
            "roles": [in_words(group.name, "role") for group in user.groups.order_by("name")],
        },
    )


def records(request: HttpRequest) -> list[tuple[str, str]]:
    """Words and address of each kind of record that this person may read."""
    readable = {
        f"{app['app_label']}.{model['model']._meta.model_name}": model["admin_url"]
        for app in office.get_app_list(request)
        for model in app["models"]
    }
    return [(str(words), readable[name]) for name, words in RECORDS.items() if readable.get(name)]
