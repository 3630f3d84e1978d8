kubectl expose deployment shop --port=8080 --target-port=80
