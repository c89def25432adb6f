# SPDX-License-Identifier: BSD-2-Clause
# What is installed in production: hardened, link-time optimised.
set(CMAKE_BUILD_TYPE Release CACHE STRING "")
set(CMAKE_C_FLAGS "-g -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE -D_FORTIFY_SOURCE=2"
    CACHE STRING "")
set(CMAKE_EXE_LINKER_FLAGS "-pie -Wl,-z,relro,-z,now,-z,noexecstack" CACHE STRING "")
set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON CACHE BOOL "")
