"""Every verb that moves welfare money."""
