"""The compiled engine is optional: where no C compiler is found, negsim installs without it and uses the other one."""

import os
from glob import glob

from setuptools import Extension, setup

FOLDER = "negsim/engines/compiled"

try:
    from Cython.Build import cythonize
except ImportError:
    extensions = []
else:
    # No -ffast-math and no fused multiply-add: both engines must have the same bits. No -march=native: wheels travel;
    # wider registers are chosen when the program runs (draws.h).
    loop = Extension(
        "negsim.engines.compiled.loop",
        [f"{FOLDER}/loop.pyx"],
        depends=sorted(glob(f"{FOLDER}/*.h")),
        include_dirs=[FOLDER],
        extra_compile_args=["-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-tree-slp-vectorize"],
        # named, so that the linker takes today's log and exp, and not their ancestors with other error handling
        libraries=[] if os.name == "nt" else ["m"],
        optional=True,
    )
    extensions = cythonize([loop], quiet=True)

setup(ext_modules=extensions)
