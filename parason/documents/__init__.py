"""What is printed and sent: policies with hash and seal, their verification, letters.

Not here: when a policy is due (journeys).
"""
