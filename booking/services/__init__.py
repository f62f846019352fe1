"""One function per verb; each one transaction; each is given `now` and plain values."""
