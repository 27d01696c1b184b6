"""The words of the verify page, in every language at once: the page changes language without a network."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WORDS: dict[str, str | Promise] = {
    "title": _("Check a policy"),
    "scan_first": _("Scan the code on the policy"),
    "checking": _("Checking…"),
    "valid": pgettext_lazy("policy", "Valid now"),
    "not_yet": pgettext_lazy("policy", "Not yet valid"),
    "expired": pgettext_lazy("policy", "Expired"),
    "withdrawn": pgettext_lazy("policy", "Withdrawn"),
    "replaced": pgettext_lazy("policy", "Replaced by another policy"),
    "not_genuine": pgettext_lazy("policy", "Not genuine"),
    "cannot": _("Cannot be checked here"),
    "until": _("Valid until {day}, inclusive."),
    "starts": _("Valid from {day}."),
    "ended": _("Valid until {day} only."),
    "changed": _("The code is damaged, or somebody changed it."),
    "unknown_key": _("The insurer has not published the key that signed this code."),
    "revoked_key": _("The insurer has revoked the key that signed this code."),
    "not_issued": _("The insurer has issued no such policy."),
    "no_keys": _("This device has never had the insurer's keys. Connect to the Internet once."),
    "no_crypto": _("This browser cannot check signatures. Open the page over https, or in a newer browser."),
    "no_camera": _("The camera cannot be used. Paste the text of the code instead."),
    "no_permission": _(
        "The camera was not allowed. Allow it in the browser's settings, or use the phone's own camera."
    ),
    "status_today": _("Today's status confirmed by the insurer: {moment}."),
    "cannot_tell": _("No connection: today's status cannot be told. List of withdrawn policies: {moment}."),
    "list_fresh": _("List of withdrawn policies: {moment}."),
    "old_list": _("The list is old: connect to the Internet when you can."),
    "day_used": _("Checked for the day {day}."),
    "wrong_clock": _("The clock of this device is wrong. Checked for the day of the list, {day}."),
    "compare": _("Compare with the passport"),
    "name": _("Name"),
    "born": _("Year of birth"),
    "document": _("Document number ends with"),
    "policy": pgettext_lazy("document", "Policy"),
    "dates": _("Days of cover"),
    "sum": _("Sum insured"),
    "territory": _("Valid in"),
    "issuer": _("Insurer"),
    "number_label": _("Document number in the passport"),
    "number_hint": _("Series and number together. It stays on this device."),
    "compare_button": _("Compare"),
    "match": _("The number fits this policy."),
    "no_match": _("The number does not fit: this policy belongs to another document."),
    "other": _("Other ways to check"),
    "camera": _("Point the camera of any phone at the code: this page opens with the answer."),
    "scan_button": _("Scan with the camera"),
    "stop_button": _("Stop the camera"),
    "paste_label": _("Text or link of the code"),
    "paste_button": _("Check"),
    "by_hand": _("Check by number and date of birth"),
    "no_script": _("Without JavaScript the code cannot be checked here. Check by number and date of birth."),
}


@lru_cache(maxsize=1)
def all_words() -> dict[str, dict[str, str]]:
    """The words by language."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = {key: str(text) for key, text in WORDS.items()}
    return found
