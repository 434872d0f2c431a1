"""The only writers of state. They flush and never commit: the entrance commits once a request or command."""
