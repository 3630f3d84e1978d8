kubectl create namespace hello

kubectl label namespace hello made-by=you
