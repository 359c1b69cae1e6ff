# Peccary as other projects see it: installed from this build, or included as a source tree.
set(consumer_prefix "${CMAKE_CURRENT_BINARY_DIR}/consumer/prefix")
set(consumer_check "${CMAKE_CURRENT_SOURCE_DIR}/consumer/check" "${CMAKE_CXX_COMPILER}" "${CMAKE_CURRENT_BINARY_DIR}/consumer")

add_test(NAME consumer.install
  COMMAND "${CMAKE_COMMAND}" --install "${PROJECT_BINARY_DIR}" --component dev --prefix "${consumer_prefix}")
set_tests_properties(consumer.install PROPERTIES FIXTURES_SETUP consumer_prefix)

function(peccary_consumer_test name way peccary)
  list(POP_FRONT consumer_check program compiler work)
  add_test(NAME consumer.${name} COMMAND "${program}" "${compiler}" "${work}/${name}" ${way} "${peccary}" ${ARGN})
  set_tests_properties(consumer.${name} PROPERTIES FIXTURES_REQUIRED consumer_prefix TIMEOUT 300)
endfunction()

peccary_consumer_test(find_package find_package "${consumer_prefix}")
peccary_consumer_test(missing_component missing "${consumer_prefix}")
peccary_consumer_test(pkg_config pkg-config "${consumer_prefix}")
peccary_consumer_test(add_subdirectory add_subdirectory "${PROJECT_SOURCE_DIR}")
peccary_consumer_test(FetchContent FetchContent "${PROJECT_SOURCE_DIR}")
set(found_components "")
foreach(component openmp tbb)
  if(TARGET peccary::${component})
    list(APPEND found_components ${component})
  endif()
endforeach()
if(found_components)
  peccary_consumer_test(components find_package "${consumer_prefix}" ${found_components})
endif()
peccary_consumer_test(twice twice "${PROJECT_SOURCE_DIR}")

# Options that other projects compile with, of the compilers that are here.
get_target_property(eigen_directories Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
list(TRANSFORM eigen_directories PREPEND -isystem)
function(peccary_consumer_options name way)
  add_test(NAME consumer.options.${name}
    COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/consumer/with_options" "${CMAKE_CURRENT_BINARY_DIR}/consumer/options.${name}" ${way} ${ARGN}
            "-I${PROJECT_SOURCE_DIR}/include" ${eigen_directories})
  set_tests_properties(consumer.options.${name} PROPERTIES TIMEOUT 300)
endfunction()

find_program(PECCARY_CLANG NAMES clang++-19 clang++-14 clang++)
set(every_warning -Wall -Wextra -Wconversion -Wsign-conversion -Wundef -Wshadow -Wdouble-promotion -Werror)
foreach(compiler IN ITEMS "${CMAKE_CXX_COMPILER}" ${PECCARY_CLANG})
  cmake_path(GET compiler FILENAME name)
  peccary_consumer_options(fast_math.${name} run trains.cpp "${compiler}" -O1 -ffast-math -D PECCARY_ALLOW_FAST_MATH -Werror)
  peccary_consumer_options(warnings.${name} check trains.cpp "${compiler}" ${every_warning})
  peccary_consumer_options(macros.${name} check macros.cpp "${compiler}")
  peccary_consumer_options(no_exceptions.${name} refused "compile without -fno-exceptions" macros.cpp "${compiler}" -fno-exceptions)
endforeach()
if(PECCARY_CLANG)
  file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/consumer/libcxx.cpp" "#include <vector>\nint main() {}\n")
  execute_process(COMMAND "${PECCARY_CLANG}" -stdlib=libc++ -fsyntax-only "${CMAKE_CURRENT_BINARY_DIR}/consumer/libcxx.cpp"
    RESULT_VARIABLE without_libcxx ERROR_QUIET)
  if(NOT without_libcxx)
    peccary_consumer_options(libcxx run trains.cpp "${PECCARY_CLANG}" -O1 -stdlib=libc++)
  endif()
endif()
