"""The platform's own routes, in the exact shapes that its web and mobile clients parse."""
