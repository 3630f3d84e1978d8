kubectl create secret generic db --from-literal=password=s3cret

kubectl set env deployment/app DB_PASSWORD=s3cret
