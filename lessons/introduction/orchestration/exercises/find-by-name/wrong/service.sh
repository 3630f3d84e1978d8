kubectl expose deployment shop --port=80 --name=store
