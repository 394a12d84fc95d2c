"""A simulated Slack workspace on a local port: Web API, Socket Mode, signed requests, and a page for people."""
