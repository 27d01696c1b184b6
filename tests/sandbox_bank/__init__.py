"""The sandbox bank over real HTTP, and the helpers by which other tests use it."""
