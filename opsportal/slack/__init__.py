"""Slack: what runs, questions and findings look like there, and what people type and press there."""
