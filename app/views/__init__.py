"""FAB views, declarative: which columns, which labels, which actions. Rules live in ``domain/``."""
