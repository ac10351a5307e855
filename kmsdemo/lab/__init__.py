"""The suite put to other uses: narrated as a lesson, and traced call by call."""
