"""What answers a request: one journey or operation each, and any query."""
