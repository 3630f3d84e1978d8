kubectl explain deployment.spec.progressDeadlineSeconds

echo 600 > answer.txt

kubectl api-resources | grep cronjobs

echo batch/v1 > version.txt
