"""The terminal: readline's keys, completion, history, output as it comes, interrupts, clearing, selection."""

from __future__ import annotations

from screen_text import driven

from tutor.shell.tty import Mode

WIDE = (120, 36)


async def opened(driver):
    await driver.open('2.6')
    return driver.terminal


def shown(driver) -> str:
    """The screen without its scroll bars."""
    return ''.join(character for character in driver.text() if character not in '▁▂▃▄▅▆▇█')


@driven
async def test_the_prompt_has_the_focus_at_once(start) -> None:
    async with start('zh', WIDE) as driver:
        terminal = await opened(driver)
        assert terminal.has_focus
        await driver.press(*'kubectl')
        assert terminal.editor.text == 'kubectl'


@driven
async def test_readline_keys(start) -> None:
    async with start('en', WIDE) as driver:
        terminal = await opened(driver)
        await driver.type('kubectl get pods -A', enter=False)
        editor = terminal.editor
        await driver.press('ctrl+a')
        assert editor.cursor == 0
        await driver.press('alt+f')
        assert editor.cursor == 7
        await driver.press('ctrl+k')
        assert editor.text == 'kubectl'
        await driver.press('ctrl+y')
        assert editor.text == 'kubectl get pods -A'
        await driver.press('ctrl+w', 'ctrl+w')
        assert editor.text == 'kubectl get '
        await driver.press('ctrl+u')
        assert editor.text == ''
        await driver.press('ctrl+underscore')
        assert editor.text == 'kubectl get '
        await driver.press('ctrl+e', 'alt+b', 'alt+d')
        assert editor.text == 'kubectl  '


@driven
async def test_history_and_search(start) -> None:
    async with start('en', WIDE) as driver:
        terminal = await opened(driver)
        await driver.type('kubectl create deployment web')
        await driver.type('kubectl get pods')
        await driver.press('up', 'up')
        assert terminal.editor.text == 'kubectl create deployment web'
        await driver.press('ctrl+n')
        assert terminal.editor.text == 'kubectl get pods'
        await driver.press('ctrl+u', 'ctrl+r', 'c', 'r', 'e')
        assert terminal.editor.text == 'kubectl create deployment web'
        assert "(reverse-i-search)`cre'" in driver.text()
        await driver.press('ctrl+g')
        assert terminal.editor.text == ''
        await driver.press('e', 'alt+full_stop')
        assert terminal.editor.text == 'epods'


@driven
async def test_completion_menu_with_descriptions(start) -> None:
    async with start('zh', WIDE) as driver:
        terminal = await opened(driver)
        await driver.type('kubectl ', enter=False)
        await driver.press('tab')
        assert '创建对象' in driver.text() and 'describe' in driver.text()
        await driver.press('tab', 'enter')
        assert terminal.editor.text == 'kubectl get '
        assert '创建对象' not in driver.text()
        await driver.press('ctrl+u')
        await driver.type('kubectl de', enter=False)
        await driver.press('tab', 'escape')
        assert terminal.has_focus and terminal.editor.text == 'kubectl de'
        await driver.type('s', enter=False)
        await driver.press('tab')
        assert terminal.editor.text == 'kubectl describe '


@driven
async def test_a_heredoc_goes_on_over_lines(start) -> None:
    async with start('en', WIDE) as driver:
        terminal = await opened(driver)
        terminal.editor.set("cat <<'EOF'")
        await driver.press('enter')
        assert '> ' in driver.text()
        await driver.type('hi')
        assert driver.session.history.lines == []
        terminal.editor.insert('EOF')
        await driver.press('enter')
        assert driver.session.history.lines == ["cat <<'EOF'\nhi\nEOF"]


@driven
async def test_ctrl_c_at_the_prompt_and_while_running(start) -> None:
    async with start('en', WIDE) as driver:
        terminal = await opened(driver)
        await driver.type('kubectl get', enter=False)
        await driver.press('ctrl+c')
        assert terminal.editor.text == '' and 'kubectl get^C' in driver.text()
        await driver.type('sleep 100')
        await driver.pilot.pause(0.5)
        assert 'running' in driver.text() and '^C' in driver.text()
        await driver.type('typed ahead')
        assert driver.session.terminal.typed == ['typed ahead']
        await driver.press('ctrl+c')
        await driver.quiet()
        assert not driver.session.running
        assert driver.rows()[-1] and 'running' not in driver.text()


@driven
async def test_output_scrolls_only_when_at_the_end(start) -> None:
    async with start('en', WIDE) as driver:
        terminal = await opened(driver)
        terminal.output(''.join(f'line {number}\r\n' for number in range(100)))
        await driver.quiet()
        assert 'line 99' in driver.text()
        await driver.press('shift+pageup')
        here = shown(driver)
        assert 'line 99' not in here
        terminal.output('more\r\n')
        await driver.quiet()
        assert shown(driver) == here
        await driver.press('x')
        assert 'more' in driver.text()


@driven
async def test_clear_and_ctrl_l(start) -> None:
    async with start('en', WIDE) as driver:
        terminal = await opened(driver)
        terminal.output('before\r\n')
        await driver.press('ctrl+l')
        assert 'before' not in driver.text()
        await driver.press('shift+pageup')
        assert 'before' in driver.text()
        await driver.type('clear')
        await driver.press('shift+pageup')
        assert 'before' not in driver.text()


@driven
async def test_endless_output_is_bounded(start) -> None:
    async with start('en', WIDE) as driver:
        terminal = await opened(driver)
        for _ in range(20):
            terminal.output('y\r\n' * 100_000)
        await driver.quiet()
        assert len(terminal.buffer.lines) <= 5_500
        assert len(terminal._rows) <= 5_500


@driven
async def test_wide_characters_at_the_prompt(start) -> None:
    async with start('zh', (80, 24)) as driver:
        terminal = await opened(driver)
        terminal.editor.set('echo ' + '集群' * 40)
        terminal.changed()
        await driver.quiet()
        assert all(row[0] in '│├┌└ ' for row in driver.rows())
        assert terminal.cursor_region.x < 80


@driven
async def test_paste_of_several_lines_is_not_run(start) -> None:
    from textual import events
    async with start('en', WIDE) as driver:
        terminal = await opened(driver)
        terminal.post_message(events.Paste('kubectl get pods\nkubectl get nodes\n'))
        await driver.quiet()
        assert terminal.editor.text == 'kubectl get pods\nkubectl get nodes'
        assert driver.session.history.lines == []
        terminal.post_message(events.Paste('x' * 300_000))
        await driver.quiet()
        assert 'too much to paste' in driver.text()


@driven
async def test_the_editor_opens_and_saves(start) -> None:
    async with start('zh', WIDE) as driver:
        await opened(driver)
        await driver.type('vi web.yaml')
        assert 'web.yaml' in driver.rows()[0] and 'apiVersion: v1' in driver.text()
        assert '保存并退出' in driver.rows()[-1]
        await driver.press('x')
        await driver.press('escape')
        assert '再按 Esc' in driver.text()
        await driver.press('ctrl+s')
        assert 'saved' in driver.text()


@driven
async def test_the_editor_is_left_without_saving(start) -> None:
    async with start('en', WIDE) as driver:
        await opened(driver)
        await driver.type('vi web.yaml')
        await driver.press('escape')
        assert 'saved nothing' in driver.text()


@driven
async def test_selected_text_is_copied(start) -> None:
    async with start('en', WIDE) as driver:
        terminal = await opened(driver)
        terminal.output('copy me please\r\n')
        await driver.quiet()
        y = next(index for index, row in enumerate(driver.rows()) if 'copy me' in row)
        x = driver.rows()[y].index('copy')
        await driver.pilot.mouse_down(offset=(x, y))
        await driver.pilot.hover(offset=(x + 7, y))
        await driver.pilot.mouse_up(offset=(x + 7, y))
        await driver.quiet()
        await driver.press('ctrl+c')
        assert driver.app.clipboard.startswith('copy me')


@driven
async def test_keys_go_to_a_program_that_reads_key_by_key(start) -> None:
    async with start('en', WIDE) as driver:
        terminal = await opened(driver)
        session = driver.session
        session.running = True
        session.terminal.mode = Mode(lines=False, echo=False)
        await driver.press('q', 'space', 'enter', 'down', 'pageup', 'escape', 'ctrl+d', 'f2')
        assert session.terminal.typed == ['q', ' ', '\n', '\x1b[B', '\x1b[5~', '\x1b', '\x04']
        assert terminal.editor.text == ''
        session.terminal.mode = Mode(echo=False)
        await driver.press(*'secret')
        assert terminal.editor.text == 'secret' and 'secret' not in shown(driver)
