"""Money in and out: payments, attempts, notifications, refunds, exchange rates, gateways.

Not here: what the money was for (contracts) and what follows from it (journeys).
"""
