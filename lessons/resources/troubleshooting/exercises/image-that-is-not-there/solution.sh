kubectl set image pod/cache db=redis:7
