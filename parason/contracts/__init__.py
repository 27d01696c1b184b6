"""What was agreed: the contract, the insured, its events.

Not here: money (payments) and papers (documents).
"""
