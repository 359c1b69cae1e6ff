# Reads the project's version from the one place where it is written, so that it is right in the headers without a configure step.
set(peccary_version_header "${CMAKE_CURRENT_LIST_DIR}/../include/peccary/core/version.hpp")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${peccary_version_header}")
file(READ "${peccary_version_header}" peccary_version_text)

set(peccary_version_numbers "")
foreach(part major minor patch)
  if(NOT peccary_version_text MATCHES "int version_${part} = ([0-9]+);")
    message(FATAL_ERROR "${peccary_version_header} does not define 'int version_${part}'; write it as 'inline constexpr int version_${part} = 1;'")
  endif()
  list(APPEND peccary_version_numbers "${CMAKE_MATCH_1}")
endforeach()
list(JOIN peccary_version_numbers "." peccary_version)

if(NOT peccary_version_text MATCHES "string_view version_string = \"${peccary_version}\";")
  message(FATAL_ERROR "${peccary_version_header}: 'version_string' must be \"${peccary_version}\", as the three numbers beside it say")
endif()
