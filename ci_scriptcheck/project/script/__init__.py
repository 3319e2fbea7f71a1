"""Scripts as their syntax trees show them, and what is wrong with them before anything runs."""
