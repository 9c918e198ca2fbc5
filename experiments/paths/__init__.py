"""How good and how fast paths are: seeded problems, peers, and the figures of both."""
