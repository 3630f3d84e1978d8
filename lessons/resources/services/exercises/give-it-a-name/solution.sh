kubectl expose deployment shop --port=80
