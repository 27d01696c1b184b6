"""A seeded simulation of many purchases over the real database and the sandbox bank."""
