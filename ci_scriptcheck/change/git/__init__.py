"""What git tells: which commit to compare with, what differs, and the files of a commit."""
