# What this project's own programs and tests are built with; a project that includes the library sees none of it.
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(PECCARY_CCACHE ccache)
if(PECCARY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # With the base directory set, two clones of the project share what is in the cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" "${PECCARY_CCACHE}")
endif()

add_library(peccary_build_settings INTERFACE)
target_compile_options(peccary_build_settings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR NOT CMAKE_UNITY_BUILD) # clang also warns of the constants of a source that is joined to this one
  target_compile_options(peccary_build_settings INTERFACE -Wshadow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(peccary_build_settings INTERFACE -Wno-restrict) # GCC bug 105651: false alarms on std::string's operator+
endif()
if(PECCARY_WARNINGS_AS_ERRORS)
  target_compile_options(peccary_build_settings INTERFACE -Werror)
endif()

if(PECCARY_NATIVE)
  if(PECCARY_SANITIZER STREQUAL "thread")
    # Seen with clang 19: races between 256-bit accesses go unreported, and a gate that cannot fail is none.
    message(FATAL_ERROR "PECCARY_NATIVE and PECCARY_SANITIZER=thread exclude each other: ThreadSanitizer misses races in wide vector code. "
                        "Configure with -D PECCARY_NATIVE=OFF.")
  endif()
  add_compile_options(-march=native)
endif()

if(PECCARY_SANITIZER STREQUAL "thread")
  if(PECCARY_OPENMP OR PECCARY_TBB)
    # Neither libgomp nor the distribution's oneTBB is built for it, so their correct synchronisation is reported as races.
    message(FATAL_ERROR "PECCARY_SANITIZER=thread checks the std::thread executor only. "
                        "Configure with -D PECCARY_OPENMP=OFF -D PECCARY_TBB=OFF, as the preset 'tsan' does.")
  endif()
  add_compile_options(-fsanitize=thread -g1 -O1)
  add_link_options(-fsanitize=thread)
elseif(PECCARY_SANITIZER STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS -g1 -O1)
  add_link_options(-fsanitize=address,undefined)
elseif(NOT PECCARY_SANITIZER STREQUAL "")
  message(FATAL_ERROR "PECCARY_SANITIZER must be thread, address or empty, not '${PECCARY_SANITIZER}'")
endif()

# One source that includes every header, for tools that work from compile_commands.json (scripts/tidy). It is listed there, not built.
set(every_header "")
foreach(target peccary peccary_openmp peccary_tbb)
  string(REPLACE "peccary_" "peccary::" public_name "${target}")
  if(TARGET ${public_name} OR target STREQUAL "peccary")
    get_target_property(headers ${target} HEADER_SET)
    list(APPEND every_header ${headers})
  endif()
endforeach()
list(TRANSFORM every_header REPLACE "(.+)" "#include \"\\1\"\n")
list(JOIN every_header "" every_header)
file(CONFIGURE OUTPUT every_header.cpp CONTENT "${every_header}" @ONLY)
add_library(peccary_every_header OBJECT EXCLUDE_FROM_ALL "${PROJECT_BINARY_DIR}/every_header.cpp")
set_target_properties(peccary_every_header PROPERTIES UNITY_BUILD OFF)
target_link_libraries(peccary_every_header PRIVATE peccary_components peccary_build_settings)
