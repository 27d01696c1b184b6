"""beGateway (bePaid): card payments on the gateway's own page. The protocol's facts are in README.md."""
