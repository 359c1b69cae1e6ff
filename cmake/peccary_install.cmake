# `cmake --install`: headers, CMake package and pkg-config file (component `dev`), and the program with its manual (component `program`).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# All of it is the same on every architecture, hence share/ and not lib/.
set(peccary_cmake_dir "${CMAKE_INSTALL_DATADIR}/cmake/peccary")
set(peccary_pkgconfig_dir "${CMAKE_INSTALL_DATADIR}/pkgconfig")

# An export set each, so that the package loads the components that are asked for and needs nothing for the others.
foreach(target peccary peccary_openmp peccary_tbb)
  install(TARGETS ${target} EXPORT ${target}_targets FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT dev)
  install(EXPORT ${target}_targets NAMESPACE peccary:: DESTINATION "${peccary_cmake_dir}" COMPONENT dev)
endforeach()

configure_package_config_file(cmake/peccaryConfig.cmake.in "${PROJECT_BINARY_DIR}/peccaryConfig.cmake"
  INSTALL_DESTINATION "${peccary_cmake_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/peccaryConfigVersion.cmake" COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/peccaryConfig.cmake" "${PROJECT_BINARY_DIR}/peccaryConfigVersion.cmake"
  DESTINATION "${peccary_cmake_dir}" COMPONENT dev)

# pkg-config finds the headers relative to the file itself, so an installed tree may be moved.
file(RELATIVE_PATH peccary_prefix_from_pkgconfig "/prefix/${peccary_pkgconfig_dir}" "/prefix")
configure_file(cmake/peccary.pc.in "${PROJECT_BINARY_DIR}/peccary.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/peccary.pc" DESTINATION "${peccary_pkgconfig_dir}" COMPONENT dev)
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/libpeccary-dev" RENAME copyright COMPONENT dev)

if(NOT TARGET peccary_program)
  return()
endif()
install(TARGETS peccary_program RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT program)
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/peccary" RENAME copyright COMPONENT program)
get_target_property(uplot peccary_program PECCARY_UPLOT)
if(uplot)
  install(FILES "${PROJECT_BINARY_DIR}/uplot/node_modules/uplot/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/peccary" RENAME copyright.uplot
    COMPONENT program)
endif()
install(FILES cmake/peccary.bash-completion DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME peccary
  COMPONENT program)

# The manual page is made by the program from its own options, so that it cannot fall behind.
add_custom_command(OUTPUT peccary.1
  COMMAND peccary_program manual > peccary.1
  DEPENDS peccary_program VERBATIM)
add_custom_target(peccary_manual ALL DEPENDS peccary.1)
install(FILES "${PROJECT_BINARY_DIR}/peccary.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT program)
