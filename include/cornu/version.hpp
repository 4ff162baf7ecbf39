#pragma once
/// Version of the library: the single source; CMake reads these three lines.
#define CORNU_VERSION_MAJOR 0
#define CORNU_VERSION_MINOR 1
#define CORNU_VERSION_PATCH 0
