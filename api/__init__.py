"""What goes out: HTTP for the portal, pages for people, the command line."""
