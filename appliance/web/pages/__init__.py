"""The dashboard's pages: each reads rows, fills a view, and answers what its forms post."""
