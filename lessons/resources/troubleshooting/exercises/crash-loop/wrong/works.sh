kubectl set env deployment/worker QUEUE=mails
