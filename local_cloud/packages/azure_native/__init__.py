"""azure-native: ARM ids, rules on properties that most types have, functions."""
