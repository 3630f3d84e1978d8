kubectl set env deployment/worker QUEUES=jobs
