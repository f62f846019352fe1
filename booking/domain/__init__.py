"""Rules, times and orders: pure values in, values or a refusal out. Imports the standard library only."""
