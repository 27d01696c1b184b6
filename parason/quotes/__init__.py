"""What was offered: the answers of an application, and the price frozen with its tariff and rate.

Not here: agreements (contracts) and the arithmetic of a price (products).
"""
