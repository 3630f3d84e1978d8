kubectl create deployment site --image=httpd:2.4

kubectl expose deployment site --port=8080 --target-port=80
