"""Pages and commands that span apps, looked at in the demo park of 2020-02-18."""
