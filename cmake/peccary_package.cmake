# `cpack` makes two Debian packages: libpeccary-dev (headers; all architectures) and peccary (the program).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "Peccary developers <peccary@peccary.invalid>")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_COMPONENTS_ALL dev)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libpeccary-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS libeigen3-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS libtbb-dev)
set(CPACK_COMPONENT_DEV_DESCRIPTION "Header-only C++20 library: lock-free, atomic, locked and synchronous update
schemes over one shared parameter buffer, with staleness statistics.")

if(TARGET peccary_program)
  list(APPEND CPACK_COMPONENTS_ALL program)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME peccary)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
  set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "Command-line program: trains models with lock-free, atomic, locked and
synchronous update schemes, and reports how stale their updates were.")
endif()
include(CPack)
