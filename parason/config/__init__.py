"""Settings and addresses: nothing else reads the environment."""
