"""The text that `conch-tiny` learns from: plain questions and answers, and answers quoted from passages."""
