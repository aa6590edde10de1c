"""What stands between the spider and the network: scope and robots.txt."""
