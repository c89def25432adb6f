# SPDX-License-Identifier: BSD-2-Clause
# cmake -B build/debug -C etc/cmake/debug.cmake: every test runs under ASan and UBSan.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_C_FLAGS "-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DADUAN_FAULT_POINTS=1" CACHE STRING "")
