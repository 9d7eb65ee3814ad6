"""Who serves whom and where: territories, providers and their qualification, services, prices."""
