kubectl label pod -l app=shop tier=frontend --overwrite
