"""What the installed SDKs say of each type: properties, types, enumerated values."""
