"""Tests of ``kmsdemo.lesson.guide``."""
