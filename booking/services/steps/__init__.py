"""What several verbs share. Nothing here opens a transaction."""
