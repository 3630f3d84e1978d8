"""The screens. No logic of its own: everything is asked of `session` and `course`. Nothing else imports textual."""
