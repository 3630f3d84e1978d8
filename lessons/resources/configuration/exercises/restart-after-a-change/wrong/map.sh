kubectl set env deployment/app MOOD=happy
