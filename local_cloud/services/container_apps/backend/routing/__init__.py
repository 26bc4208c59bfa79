"""How requests get to the apps: host names, certificates, the split of traffic."""
