kubectl create secret generic db --from-literal=password=secret

kubectl set env deployment/app --from=secret/db --prefix=DB_
