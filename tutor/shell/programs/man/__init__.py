"""man: what each program does here and what not, in the learner's languages; `pages/NAME.yaml` are the longer pages."""
