"""subPathExpr: a folder of a volume, named by variables of the container."""


def pod(lab, expression: str) -> None:
    lab.pod(command=['sh', '-c', 'echo kept > /log/file; sleep 3600'],
            container={'env': [{'name': 'NAME', 'valueFrom': {'fieldRef': {'fieldPath': 'metadata.name'}}}],
                       'volumeMounts': [{'name': 'data', 'mountPath': '/log', 'subPathExpr': expression},
                                        {'name': 'data', 'mountPath': '/all'}]},
            volumes=[{'name': 'data', 'emptyDir': {}}])


def test_each_pod_has_the_folder_of_its_name(lab) -> None:
    pod(lab, 'logs/$(NAME)')
    lab.ready()
    assert lab.exec('web', 'cat', '/all/logs/web/file') == (0, 'kept\n')


def test_a_variable_that_is_not_there_keeps_the_container_waiting(lab) -> None:
    pod(lab, '$(NAME)/$(COLOR)')
    lab.until(lambda: (lab.state().get('waiting') or {}).get('reason') == 'CreateContainerConfigError')
    assert lab.state()['waiting']['message'] == 'missing value for COLOR'


def test_a_folder_made_for_a_sub_path_is_as_open_as_its_volume(lab) -> None:
    lab.pod(command=['sh', '-c', 'touch /log/file && sleep 3600'],
            container={'volumeMounts': [{'name': 'data', 'mountPath': '/log', 'subPath': 'a/b'},
                                        {'name': 'data', 'mountPath': '/all'}]},
            securityContext={'runAsUser': 1000, 'fsGroup': 2000}, volumes=[{'name': 'data', 'emptyDir': {}}])
    lab.ready()
    assert [line.split()[:4] for line in lab.exec('web', 'ls', '-ldn', '/all/a', '/all/a/b')[1].splitlines()] == [
        ['drwxrwsrwx', '3', '0', '2000'], ['drwxrwsrwx', '2', '0', '2000']]


def test_what_root_makes_in_a_volume_has_its_group(lab) -> None:
    lab.pod(command=['sleep', '3600'], container={'volumeMounts': [{'name': 'data', 'mountPath': '/data'}]},
            securityContext={'fsGroup': 2000}, volumes=[{'name': 'data', 'emptyDir': {}}])
    lab.ready()
    lab.exec('web', 'sh', '-c', 'echo > /data/f; mkdir /data/d')
    assert [line.split()[:4] for line in lab.exec('web', 'ls', '-ldn', '/data/d', '/data/f')[1].splitlines()] == [
        ['drwxr-sr-x', '2', '0', '2000'], ['-rw-r--r--', '1', '0', '2000']]
