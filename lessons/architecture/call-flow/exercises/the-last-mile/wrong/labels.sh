kubectl label pod -l app=shop app=shp --overwrite
