"""Who is here: users, the persons whom they insure, their travel documents and consents.

Not here: pages, letters, contracts.
"""
