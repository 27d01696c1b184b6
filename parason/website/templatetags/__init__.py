"""Tags and filters of the customer's pages."""
