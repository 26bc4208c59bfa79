"""What stands between an approved preview and a deployment."""
