"""What is sold: product definitions (folders in catalogue/), tariff versions with their dates, pure rating.

Not here: what was offered to whom (quotes), and what the customer pays in his currency (payments).
"""
