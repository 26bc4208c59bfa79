"""Azure Key Vault by its official clients, which are imported when they are first needed and not before."""
