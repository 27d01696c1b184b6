"""The words that every room speaks: money, periods, the clock, moves between states, errors.

It has no tables and knows no room.
"""
