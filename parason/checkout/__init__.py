"""What is to be paid: the cart, and the order that it becomes.

Not here: how it is paid (payments).
"""
