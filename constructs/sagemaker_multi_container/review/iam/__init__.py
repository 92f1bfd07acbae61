"""What a change does to permissions: policies read into statements, and what those newly allow."""
