"""Flask, Socket.IO and the command line: parse, one use case, answer."""
