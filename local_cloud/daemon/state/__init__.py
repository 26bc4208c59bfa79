"""What a state directory keeps: its settings, the stack's state, ports."""
