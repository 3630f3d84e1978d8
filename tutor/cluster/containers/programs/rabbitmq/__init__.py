"""RabbitMQ: its server, and rabbitmqctl."""
