"""The Stage without a screen: a scenario is built, rolled out and told as frames."""
