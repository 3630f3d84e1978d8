"""The learner's record is kept, whatever happens to its file."""

import sqlite3

import pytest

from tutor.course.progress import Entry, ExerciseRecord, Place, Progress


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'data' / 'progress.sqlite3'


def test_it_is_kept(path):
    with Progress(path) as kept:
        kept.page_read('a/b', 2)
        kept.lesson_done('a/b')
        kept.attempt_started('a/b/c')
        kept.hint_taken('a/b/c', 2)
        kept.hint_taken('a/b/c', 1)
        kept.solved('a/b/c', 5)
        kept.solved('a/b/c', 3)
        kept.solved('a/b/c', 4)
        kept.remember_place(Place('a/b', 2, 'a/b/c'))
        kept.set_setting('language', 'both')
        kept.add_history('kubectl get pods')
    with Progress(path) as kept:
        assert kept.notice is None
        assert kept.pages_read('a/b') == {2}
        assert kept.lessons_done() == {'a/b'}
        assert kept.exercise('a/b/c') == ExerciseRecord('a/b/c', True, 1, 2, 3)
        assert kept.exercise('other') == ExerciseRecord('other')
        assert kept.last_place() == Place('a/b', 2, 'a/b/c')
        assert kept.setting('language') == 'both'
        assert kept.setting('theme', 'dark') == 'dark'
        assert kept.history() == ['kubectl get pods']


def test_the_log_of_a_session(path):
    with Progress(path) as kept:
        kept.append_log('a/b/c', Entry(0.0, 'kubectl get pods'))
        kept.append_log('a/b/c', Entry(1.5, 'kubectl delete pod x'))
        kept.append_log('other', Entry(0.0, 'ls'))
        assert kept.log('a/b/c') == [Entry(0.0, 'kubectl get pods'), Entry(1.5, 'kubectl delete pod x')]
        kept.replace_log('a/b/c', kept.log('a/b/c')[:1])
        assert kept.log('a/b/c') == [Entry(0.0, 'kubectl get pods')]
        assert kept.log('other') == [Entry(0.0, 'ls')]


def test_reset_forgets_what_lies_below(path):
    with Progress(path) as kept:
        for exercise in ('a/b/c', 'a/bb/c'):
            kept.solved(exercise, 1)
        kept.set_setting('language', 'zh')
        assert kept.reset('a/b') == 1
        assert kept.exercises_solved() == {'a/bb/c'}
        assert kept.reset() == 1
        assert kept.exercises_solved() == set()
        assert kept.setting('language') == 'zh'


def test_a_broken_file_is_set_aside(path):
    path.parent.mkdir()
    path.write_bytes(b'this is no database, whatever its name says' * 100)
    with Progress(path) as kept:
        assert 'broken' in kept.notice.en
        assert '已损坏' in kept.notice.zh
        kept.lesson_done('a/b')
    assert b'no database' in path.with_name('progress.broken-1.sqlite3').read_bytes()
    with Progress(path) as kept:
        assert kept.notice is None
        assert kept.lessons_done() == {'a/b'}


def test_a_file_cut_short_is_set_aside(path):
    with Progress(path) as kept:
        for number in range(2000):
            kept.append_log('a/b/c', Entry(float(number), 'kubectl get pods --all-namespaces'))
    whole = path.read_bytes()
    path.write_bytes(whole[:len(whole) // 2])
    with Progress(path) as kept:
        assert 'broken' in kept.notice.en
        assert kept.log('a/b/c') == []


def test_a_newer_file_is_set_aside(path):
    with Progress(path) as kept:
        kept.lesson_done('a/b')
    db = sqlite3.connect(path)
    db.execute('PRAGMA user_version = 999')
    db.close()
    with Progress(path) as kept:
        assert 'newer' in kept.notice.en
        assert kept.lessons_done() == set()
    aside = sqlite3.connect(path.with_name('progress.newer-1.sqlite3'))
    assert aside.execute('SELECT lesson FROM lessons').fetchall() == [('a/b',)]
    aside.close()


def test_somebody_elses_database_is_set_aside(path):
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.execute('CREATE TABLE settings (x)')
    db.close()
    with Progress(path) as kept:
        assert 'broken' in kept.notice.en
    assert path.with_name('progress.broken-1.sqlite3').exists()


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / 'file').write_text('')
    with Progress(tmp_path / 'file' / 'progress.sqlite3') as kept:
        assert 'cannot be saved' in kept.notice.en
        kept.lesson_done('a/b')
        assert kept.lessons_done() == {'a/b'}
