"""Who is here: users, the persons whom they insure, their travel documents, organisations, consents.

Not here: pages, letters, contracts.
"""
