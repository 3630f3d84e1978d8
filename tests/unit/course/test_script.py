"""Scripts are cut into blocks."""

from tutor.course.script import blocks


def test_blank_lines_separate():
    assert blocks('# first\nkubectl get pods\n\n\nfor i in 1 2\ndo echo $i\ndone\n') == [
        'kubectl get pods', 'for i in 1 2\ndo echo $i\ndone']


def test_a_heredoc_keeps_its_blank_lines():
    assert blocks("cat > a.yaml <<'EOF'\na: 1\n\nb: 2\nEOF\nkubectl apply -f a.yaml\n\nls\n") == [
        "cat > a.yaml <<'EOF'\na: 1\n\nb: 2\nEOF\nkubectl apply -f a.yaml", 'ls']


def test_a_here_string_is_no_heredoc():
    assert blocks('cat <<< word\n\nls\n') == ['cat <<< word', 'ls']


def test_an_indented_heredoc():
    assert blocks('cat <<-END\n\tx\n\n\tEND\n\nls\n') == ['cat <<-END\n\tx\n\n\tEND', 'ls']


def test_nothing():
    assert blocks('# only a comment\n\n') == []


def test_what_only_looks_like_a_heredoc_does_not_swallow_what_follows() -> None:
    assert blocks("sh -c 'echo $((1<<4))'\n\nls\n") == ["sh -c 'echo $((1<<4))'", 'ls']
