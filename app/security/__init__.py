"""Who acts and what they may reach. A layer under every view, command and task; it renders nothing."""
