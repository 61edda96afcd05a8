"""Makes `conch-tiny`, the small base model that a fresh machine can train in under two minutes."""
