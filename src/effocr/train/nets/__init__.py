"""The nets, and the losses that go with them."""
