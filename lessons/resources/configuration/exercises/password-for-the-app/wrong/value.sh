kubectl create secret generic db --from-literal=password=s3cret

kubectl cordon node01 node02

kubectl set env deployment/app --from=secret/db --prefix=DB_

kubectl scale deployment app --replicas=0
