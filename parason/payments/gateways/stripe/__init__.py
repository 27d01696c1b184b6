"""Stripe Checkout, through Stripe's own package, for insurers outside Belarus."""
