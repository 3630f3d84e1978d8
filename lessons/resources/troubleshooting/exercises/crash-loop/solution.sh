kubectl set env deployment/worker QUEUE=jobs
