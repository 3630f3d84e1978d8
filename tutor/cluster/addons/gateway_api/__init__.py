"""The Gateway API with NGINX Gateway Fabric: a controller that judges Gateways and HTTPRoutes, and the data planes, one
Deployment for each Gateway, that route by what the controller last made of them."""
