kubectl create secret generic db --from-literal=password=s3cret

kubectl set env deployment/app --from=secret/db --prefix=DB_
