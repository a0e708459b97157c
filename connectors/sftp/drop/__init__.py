"""A server of our own, to which cameras and programs upload; every account has one folder and sees nothing else."""
