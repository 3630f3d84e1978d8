"""Files that both kubectls find in their working folder."""

FILES = {
    'new.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fresh, labels: {a: b}}\ndata: {k: v}\n',
    'changed.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {color: red, extra: "1"}\n',
    'painted.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\ndata: {a: "1", color: red, size: "2"}\n',
    'several.yaml': ('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n---\n# nothing here\n---\n'
                     'apiVersion: v1\nkind: Secret\nmetadata: {name: two}\nstringData: {a: b}\n'),
    'broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n data: y\n',
    'strict.yaml': ('apiVersion: v1\nkind: Pod\nmetadata: {name: strict, foo: bar}\nspec:\n  bogus: true\n'
                    '  containers: [{name: c, image: nginx, imagee: x}]\n'),
    'kindless.yaml': 'apiVersion: v1\nmetadata: {name: x}\n',
    'elsewhere.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: other}\n',
    'empty.yaml': '',
    'locked.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: locked}\nimmutable: true\ndata: {a: c}\n',
    'text.txt': 'hello\n',
    'variables.env': 'A=1\nB=two words\n# a comment\n\nC=3\n',
    'bad.env': 'A B=1\n',
    'bytes.bin': b'\x00\x01\xff',
    'columns.txt': 'NAME PHASE\n.metadata.name .status.phase\n',
    'template.txt': '{{range .items}}{{.metadata.name}} {{end}}',
    'folder/one': 'a\n',
    'folder/two.txt': 'b\n',
    'manifests/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
    'manifests/below/b.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n',
    'manifests/notes.txt': 'no manifest\n',
    'custom/new.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fresh}\n',
    'custom/kustomization.yaml': ('resources: [new.yaml]\nnamePrefix: pre-\nnamespace: team\n'
                                  'commonAnnotations: {note: hi}\n'
                                  'configMapGenerator: [{name: made, literals: [a=b]}]\n'),
    'lost/kustomization.yaml': 'resources: [nosuch.yaml]\n',
}
