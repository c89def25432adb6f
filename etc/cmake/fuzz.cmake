# SPDX-License-Identifier: BSD-2-Clause
# Used by tests/fuzz/run: everything instrumented for libFuzzer, under ASan and UBSan.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_C_COMPILER clang CACHE STRING "")
set(CMAKE_C_FLAGS "-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"
    CACHE STRING "")
set(ADUAN_FUZZ ON CACHE BOOL "")
