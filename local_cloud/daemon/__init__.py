"""The daemon of one state directory: providers, language host, real parts and apps, for as long as somebody wants them."""
