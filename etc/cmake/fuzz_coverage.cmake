# SPDX-License-Identifier: BSD-2-Clause
# Used by tests/fuzz/run: the same targets, counting which lines and branches a corpus reaches.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_C_COMPILER clang CACHE STRING "")
set(CMAKE_C_FLAGS "-O1 -g -fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping" CACHE STRING "")
set(ADUAN_FUZZ ON CACHE BOOL "")
