# Two export sets: only a program that asks for the component eigen needs Eigen on its machine.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(cornu_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Cornu)
install(DIRECTORY include/cornu DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(TARGETS cornu EXPORT CornuTargets)
if(CORNU_CLI)
  install(TARGETS cornu_cli)
  install(FILES src/cli/completion.bash RENAME cornu DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
install(TARGETS cornu_eigen EXPORT CornuEigenTargets)
install(EXPORT CornuTargets NAMESPACE Cornu:: DESTINATION ${cornu_cmake_dir})
install(EXPORT CornuEigenTargets NAMESPACE Cornu:: DESTINATION ${cornu_cmake_dir})

set(cornu_find_dependencies "")
if(NOT BUILD_SHARED_LIBS)  # a shared library has found them already
  list(JOIN cornu_config_packages "\n" cornu_find_dependencies)
endif()
configure_package_config_file(cmake/CornuConfig.cmake.in ${PROJECT_BINARY_DIR}/CornuConfig.cmake
  INSTALL_DESTINATION ${cornu_cmake_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/CornuConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/CornuConfig.cmake ${PROJECT_BINARY_DIR}/CornuConfigVersion.cmake
  DESTINATION ${cornu_cmake_dir})

# The prefix is found from the place of cornu.pc, so the installed tree can be moved.
file(RELATIVE_PATH cornu_pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" cornu_pc_prefix "${cornu_pc_prefix}")
set(cornu_pc_static_libs "")
if(NOT BUILD_SHARED_LIBS)
  list(JOIN cornu_pc_libs " " cornu_pc_static_libs)
endif()
configure_file(cmake/cornu.pc.in ${PROJECT_BINARY_DIR}/cornu.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cornu.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
