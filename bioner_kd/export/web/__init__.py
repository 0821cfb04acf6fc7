"""A student as a web page that runs in the browser, from any static server.

`page` has the files of the page, which are served as they are.
"""
