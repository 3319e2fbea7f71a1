"""Tasks as pytest items, handed to workers in the order that ends soonest. Alone knows pytest."""
