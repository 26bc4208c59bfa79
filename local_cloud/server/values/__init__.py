"""Forms of values that recur: GUIDs, times, shapes, values that are not known yet."""
