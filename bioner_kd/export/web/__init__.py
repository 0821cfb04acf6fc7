"""A student as a web page that runs in the browser, from any static server.

`page` holds the page's own files, which are served as they are.
"""
