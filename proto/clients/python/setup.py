# SPDX-License-Identifier: BSD-2-Clause
"""Compiles feed.proto, the contract itself, into the package: protoc writes code for the protobuf that is installed."""
import pathlib
import subprocess

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = pathlib.Path(__file__).resolve().parent


class WithSchema(build_py):
    def run(self):
        super().run()
        proto = next(d for d in (HERE, HERE.parents[1]) if (d / "feed.proto").exists())
        subprocess.run(["protoc", f"--proto_path={proto}", f"--python_out={self.build_lib}/aduan_feed", "feed.proto"],
                       check=True)


setup(cmdclass={"build_py": WithSchema})
