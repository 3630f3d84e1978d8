"""Chinese is found by its initials."""

import pytest

from tutor.i18n.pinyin import initials, matches


@pytest.mark.parametrize(('text', 'letters'), [
    ('调用流程', 'dylc'), ('控制平面', 'kzpm'), ('集群', 'jq'), ('工作节点', 'gzjd'), ('滚动更新', 'gdgx'),
    ('资源对象', 'zydx'), ('容器编排', 'rqbp'), ('创建 Deployment', 'cjdeployment'), ('镜像', 'jx'), ('标签', 'bq')])
def test_initials(text: str, letters: str) -> None:
    assert initials(text) == letters


def test_matches() -> None:
    assert matches('dylc', '2.6 调用流程', 'The call flow')
    assert matches('call', '调用流程', 'The call flow')
    assert matches('流程', '调用流程', 'The call flow')
    assert matches('lc call', '调用流程', 'The call flow')
    assert not matches('xyz', '调用流程', 'The call flow')
