# SPDX-License-Identifier: BSD-2-Clause
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_C_FLAGS "-O0 -g --coverage -fprofile-update=atomic -DADUAN_FAULT_POINTS=1" CACHE STRING "")
