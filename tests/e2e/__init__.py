"""The application in a real browser: served on a free port, driven by Playwright and the system's Chromium."""
