"""Files and directories of this account alone: written whole, closed to other accounts, encrypted where they hold secrets."""
