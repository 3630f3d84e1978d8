kubectl label service shop type=NodePort
