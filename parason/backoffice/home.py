"""The first page of the back office: what waits for a person, and the records that may be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from parason.backoffice.access import APPROVE, page, staff_of, staff_page
from parason.backoffice.site import office
from parason.products.queries import broken, proposals


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
            "records": office.get_app_list(request),
            "roles": sorted(group.name for group in user.groups.all()),
        },
    )
