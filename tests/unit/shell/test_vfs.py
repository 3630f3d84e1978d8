"""Virtual files: layers, mounts, links, errors, budget."""

from __future__ import annotations

import errno

import pytest

from tutor.shell.vfs import FileSystem


def clock() -> float:
    return 7.0


@pytest.fixture
def files() -> FileSystem:
    files = FileSystem(clock)
    files.put('/etc/motd', 'hello\n')
    files.make_dirs('/data/deep')
    return files


def number(call, *args) -> int | None:
    with pytest.raises(OSError) as caught:
        call(*args)
    return caught.value.errno


def test_a_layer_shares_what_it_does_not_change(files):
    first, second = FileSystem(clock, lower=files), FileSystem(clock, lower=files)
    first.write('/etc/motd', 'changed\n')
    first.write('/data/deep/new', 'x')
    assert (first.read('/etc/motd'), second.read('/etc/motd'), files.read('/etc/motd')) == (
        b'changed\n', b'hello\n', b'hello\n')
    assert not files.exists('/data/deep/new')
    assert first.node('/etc') is not files.node('/etc')
    assert second.node('/etc') is files.node('/etc')


def test_removing_in_a_layer_leaves_the_lower_one(files):
    layer = FileSystem(clock, lower=files)
    layer.remove('/etc/motd')
    assert not layer.exists('/etc/motd')
    assert files.exists('/etc/motd')


def test_a_mount_is_shared_and_live(files):
    volume = FileSystem(clock)
    one, other = FileSystem(clock, lower=files), FileSystem(clock, lower=files)
    one.mount('/data', volume)
    other.mount('/mnt/volume', volume, read_only=True)
    one.write('/data/note', 'shared')
    assert other.read('/mnt/volume/note') == b'shared'
    assert number(other.write, '/mnt/volume/note', 'no') == errno.EROFS
    assert number(other.remove, '/mnt/volume/note') == errno.EROFS
    assert not files.exists('/data/note')


def test_a_volume_is_writable_on_a_read_only_root(files):
    root = FileSystem(clock, lower=files, read_only=True)
    root.mount('/data', FileSystem(clock))
    root.write('/data/note', 'x')
    assert number(root.write, '/etc/motd', 'x') == errno.EROFS
    assert number(root.mkdir, '/new') == errno.EROFS


def test_one_file_can_be_mounted(files):
    config = FileSystem(clock)
    config.put('/key', 'value')
    files.mount('/etc/app/key', config, '/key')
    config.write('/key', 'other')
    assert files.read('/etc/app/key') == b'other'


def test_links_lead_on(files):
    files.symlink('etc', '/alias')
    files.symlink('/alias/motd', '/data/link')
    files.symlink('loop', '/loop')
    assert files.read('/data/link') == b'hello\n'
    assert files.realpath('/data/link') == '/etc/motd'
    assert files.readlink('/alias') == 'etc'
    assert number(files.read, '/loop') == errno.ELOOP


def test_errors_are_the_systems(files):
    assert number(files.read, '/nowhere/x') == errno.ENOENT
    assert number(files.read, '/etc') == errno.EISDIR
    assert number(files.read, '/etc/motd/x') == errno.ENOTDIR
    assert number(files.mkdir, '/etc') == errno.EEXIST
    assert number(files.rmdir, '/data') == errno.ENOTEMPTY
    assert number(files.rmdir, '/etc/motd') == errno.ENOTDIR
    assert number(files.remove, '/etc') == errno.EISDIR
    assert number(files.rename, '/data', '/data/deep/inside') == errno.EINVAL


def test_a_full_disk_says_so():
    files = FileSystem(clock, budget=10)
    files.write('/a', b'12345')
    assert number(files.write, '/b', b'123456') == errno.ENOSPC
    files.remove('/a')
    files.write('/c', b'1234567890')


def test_dynamic_files_are_made_when_read(files):
    count = iter(range(10))
    files.put('/proc/n', lambda: str(next(count)).encode())
    assert (files.read('/proc/n'), files.read('/proc/n')) == (b'0', b'1')


def test_names_with_dots(files):
    assert files.read('/data/../etc/./motd') == b'hello\n'
    assert files.listdir('/..') == files.listdir('/')
