"""The compiled engine is optional: where no C compiler is found, negsim installs without it and uses the other one."""

import os
import shutil
from glob import glob

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

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


class OptionalBuild(build_ext):
    """Setuptools forgives some ways in which a compiler can fail; here all are forgiven."""

    def build_extension(self, ext):
        try:
            super().build_extension(ext)
        except Exception as error:  # whatever a missing or broken compiler makes of itself
            self.warn(f"the compiled engine was not built ({error}); runs will use the reference engine")

    def copy_extensions_to_source(self):
        """An editable install copies what was built, and only that."""
        built = self.extensions
        self.extensions = [
            ext for ext in built if os.path.exists(self.get_ext_fullpath(ext.name)) or self.was_built(ext)
        ]
        super().copy_extensions_to_source()
        self.extensions = built

    def was_built(self, ext):
        """Whether the shared object lies in the build folder."""
        return os.path.exists(os.path.join(self.build_lib, self.get_ext_filename(self.get_ext_fullname(ext.name))))


class BuildWithPages(build_py):
    """The words' pages go into the package as they stand in docs/vocabulary, so that `negsim docs` has them everywhere."""

    def run(self):
        super().run()
        if not self.editable_mode:  # there `negsim docs` reads them where they are
            folder = os.path.join(self.build_lib, "negsim", "pages")
            os.makedirs(folder, exist_ok=True)
            for page in glob("docs/vocabulary/*.md"):
                shutil.copy(page, folder)


setup(ext_modules=extensions, cmdclass={"build_ext": OptionalBuild, "build_py": BuildWithPages})
