"""One folder per provider; they know neither each other nor our tables."""
