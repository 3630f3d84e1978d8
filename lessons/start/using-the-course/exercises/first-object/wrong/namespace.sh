kubectl create namespace Hello

kubectl create namespace hallo
