# What a consumer may set. None is needed.
if(CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR)
  set(cornu_top_level ON)
  option(BUILD_SHARED_LIBS "Build Cornu as a shared library" OFF)
else()
  set(cornu_top_level OFF)
endif()
option(CORNU_DEVELOPER_MODE "Build tests, examples and benchmarks" ${cornu_top_level})
option(CORNU_INSTALL "Make install rules" ${cornu_top_level})
option(CORNU_KERAS_FILES "Read and write Keras files, when nlohmann-json is there" ON)
option(CORNU_PROGRAM "Build the program cornu, when CLI11 is there too" ${cornu_top_level})
option(CORNU_FUZZ "Build the fuzz targets (preset fuzz)" OFF)
option(CORNU_WERROR "Treat warnings as errors" OFF)
set(CORNU_STB_INCLUDE_DIR "" CACHE PATH "Folder that holds stb_image.h, for another version than the packaged one")

# Never exported: a user's own warnings are theirs. g++ 12 reports false -Wrestrict on std::string.
set(cornu_warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<BOOL:${CORNU_WERROR}>:-Werror>)

# Inside somebody else's project none of their global settings is touched.
if(cornu_top_level)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo" FORCE)
  endif()
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  # Looked for once: were it found when the packages of the tests have come, everything would be built again.
  if(NOT DEFINED CACHE{cornu_ccache})
    find_program(cornu_ccache ccache)
  endif()
  if(cornu_ccache AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The sloppiness is what ccache asks for before it caches files that use a precompiled header; the base and the
    # prefix let a second clone use what the first one compiled (paths are relative, in debug information too).
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_ctime,include_file_mtime
        CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${cornu_ccache})
    add_compile_options(-fdebug-prefix-map=${CMAKE_SOURCE_DIR}=.)
  endif()
endif()
