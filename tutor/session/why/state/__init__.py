"""What ails the objects that a command was about, when the command itself went well."""

from tutor.session.why.state.finding import explain_state

__all__ = ['explain_state']
