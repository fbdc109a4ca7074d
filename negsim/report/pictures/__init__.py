"""Pictures of everything that negsim finds, in one style: an axes in, an axes out. People reach them as ``ns.plots``."""
