"""What a resource type is: its verbs, and the records behind them."""
