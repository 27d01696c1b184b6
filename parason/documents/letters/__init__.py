"""All mail of the portal goes through here: worded, written down, then sent by a job.

`send()` is what other rooms call. A letter has a key, its event's; the same key never writes a second letter.
"""

from __future__ import annotations

from parason.documents.letters.delivery import bounced
from parason.documents.letters.policies import policies_issued, policy_replaced
from parason.documents.letters.sending import LetterFile, resend, send

__all__ = ["LetterFile", "bounced", "policies_issued", "policy_replaced", "resend", "send"]
