# Required libraries stop the configuration with the package that brings them; optional ones switch a part off.
# The lists feed CornuConfig.cmake and cornu.pc: a program that links the static library needs these too.
set(CMAKE_MODULE_PATH ${CMAKE_MODULE_PATH} ${CMAKE_CURRENT_LIST_DIR})
set(cornu_config_packages "")
set(cornu_pc_libs "")

function(cornu_require found what package)
  if(NOT ${found})
    message(FATAL_ERROR "Cornu needs ${what}. On Debian or Ubuntu: apt-get install ${package}")
  endif()
endfunction()

# Remembers a library that the static library links: what CornuConfig.cmake looks for, the flag for cornu.pc, and
# makes its target visible to the project that includes Cornu as a subdirectory.
macro(cornu_link_dependency target pc_flag debian_package)
  set(cornu_package_arguments ${ARGN})
  string(REPLACE ";" " " cornu_package_arguments "${cornu_package_arguments}")
  list(APPEND cornu_config_packages "cornu_find_dependency(${debian_package} ${cornu_package_arguments})")
  list(APPEND cornu_pc_libs "${pc_flag}")
  get_target_property(cornu_is_imported ${target} IMPORTED)
  if(cornu_is_imported)
    set_target_properties(${target} PROPERTIES IMPORTED_GLOBAL TRUE)
  endif()
endmacro()

find_package(Eigen3 3.3 QUIET CONFIG)
cornu_require(Eigen3_FOUND "Eigen 3.3 or newer" libeigen3-dev)
find_package(OpenMP QUIET COMPONENTS CXX)
cornu_require(OpenMP_CXX_FOUND "OpenMP for C++" "g++ (or libomp-dev for clang)")
find_package(hwy 1.0 QUIET CONFIG)
cornu_require(hwy_FOUND "Highway 1.0 or newer" libhwy-dev)
find_package(ZLIB QUIET)
cornu_require(ZLIB_FOUND "zlib" zlib1g-dev)
find_package(Threads REQUIRED)
find_path(CORNU_STB_FOUND_DIR stb_image.h HINTS ${CORNU_STB_INCLUDE_DIR} PATH_SUFFIXES stb)
cornu_require(CORNU_STB_FOUND_DIR "stb_image.h" libstb-dev)
find_package(JPEG QUIET)
find_package(PNG QUIET)

cornu_link_dependency(Threads::Threads -pthread g++ Threads)
cornu_link_dependency(OpenMP::OpenMP_CXX "${OpenMP_CXX_FLAGS}" g++ OpenMP COMPONENTS CXX)
cornu_link_dependency(ZLIB::ZLIB -lz zlib1g-dev ZLIB)
if(JPEG_FOUND)
  cornu_link_dependency(JPEG::JPEG -ljpeg libjpeg-dev JPEG)
endif()
if(PNG_FOUND)
  cornu_link_dependency(PNG::PNG -lpng libpng-dev PNG)
endif()

find_path(CORNU_JSON_INCLUDE_DIR nlohmann/json.hpp)
set(CORNU_KERAS FALSE)
if(CORNU_KERAS_FILES AND CORNU_JSON_INCLUDE_DIR)
  set(CORNU_KERAS TRUE)
endif()

# The program uses what is not exported from a shared library, and Keras files.
find_path(CORNU_CLI11_INCLUDE_DIR CLI/CLI.hpp)
set(CORNU_CLI FALSE)
if(CORNU_PROGRAM AND CORNU_KERAS AND CORNU_CLI11_INCLUDE_DIR)
  set(CORNU_CLI TRUE)
endif()

message(STATUS "Cornu ${PROJECT_VERSION}: Keras files ${CORNU_KERAS} (nlohmann-json3-dev brings them), "
               "program ${CORNU_CLI} (with libcli11-dev)")
message(STATUS "Cornu ${PROJECT_VERSION}: JPEG ${JPEG_FOUND}, PNG ${PNG_FOUND} (FALSE: stb_image decodes; "
               "libjpeg-dev and libpng-dev bring them)")
