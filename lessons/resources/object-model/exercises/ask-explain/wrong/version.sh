echo 600 > answer.txt

echo batch/v1beta1 > version.txt
