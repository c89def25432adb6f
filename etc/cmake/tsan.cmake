# SPDX-License-Identifier: BSD-2-Clause
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_C_FLAGS "-O1 -g -fno-omit-frame-pointer -fsanitize=thread -DADUAN_FAULT_POINTS=1" CACHE STRING "")
