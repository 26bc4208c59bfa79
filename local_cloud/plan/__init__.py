"""Plan mode: providers without a cloud and the warm language host, kept running between previews."""
