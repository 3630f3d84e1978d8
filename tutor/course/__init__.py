"""The course as data: lesson and exercise models, the text of a page, the loader, lint, the learner's progress."""
