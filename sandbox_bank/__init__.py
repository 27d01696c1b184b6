"""A bank to test against: its own small web application that speaks beGateway's protocol over HTTP.

It moves no real money, imports nothing of parason and shares no code with the payment adapters,
so that a mistake in one cannot hide a mistake in the other.
"""
