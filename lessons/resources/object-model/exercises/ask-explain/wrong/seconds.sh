echo 60 > answer.txt

echo batch/v1 > version.txt
