kubectl run cache --image=redis:7 -- redis-server --no-such-option
