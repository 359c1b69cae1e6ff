# Each .cpp of this folder is a test, with this build's compiler and with every other supported one that is installed.
find_program(PECCARY_GXX g++)
find_program(PECCARY_CLANG14 clang++-14)
find_program(PECCARY_CLANG19 clang++-19)

function(peccary_must_not_compile_tests compiler)
  cmake_path(GET compiler FILENAME compiler_name)
  set(here "${CMAKE_CURRENT_SOURCE_DIR}/must_not_compile")
  get_target_property(eigen_includes Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
  list(TRANSFORM eigen_includes PREPEND "-isystem")

  add_test(NAME must_not_compile.test_check.${compiler_name} COMMAND "${here}/test_check" "${compiler}")
  file(GLOB cases CONFIGURE_DEPENDS "${here}/*.cpp")
  foreach(case IN LISTS cases)
    cmake_path(GET case STEM name)
    add_test(NAME must_not_compile.${name}.${compiler_name}
      COMMAND "${here}/check" "${case}" "${compiler}" -std=c++20 "-I${PROJECT_SOURCE_DIR}/include" ${eigen_includes})
  endforeach()
endfunction()

set(seen "")
foreach(compiler "${PECCARY_GXX}" "${PECCARY_CLANG14}" "${PECCARY_CLANG19}" "${CMAKE_CXX_COMPILER}")
  if(compiler)
    file(REAL_PATH "${compiler}" program) # /usr/bin/c++ and g++ are one compiler
    if(NOT program IN_LIST seen)
      list(APPEND seen "${program}")
      peccary_must_not_compile_tests("${compiler}")
    endif()
  endif()
endforeach()
