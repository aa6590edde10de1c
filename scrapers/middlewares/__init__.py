"""What stands between the spider and the network: scope, owners' wishes, pace."""
