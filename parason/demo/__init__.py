"""`parason demo`: an embedded database, a sample insurer, an outbox page; imported by nothing."""
