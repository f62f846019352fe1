"""Tables and queries; `transaction()` in store/db.py is the only place that commits."""
