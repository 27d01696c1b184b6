"""Bank transfer: no gateway at all, but our account's number, a payment number, and the bank's statements."""
