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
