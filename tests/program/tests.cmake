# Runs the built program from outside, as users do.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
set(program_tests train arrays failures resume commands cache compare damping persistence momentum mlp rules safetensors progress report report_benchmarks charts virtual)
if(PECCARY_SANITIZER STREQUAL "") # eight threads in turn on a few processors: minutes of it, and nothing that other tests do not run
  list(PREPEND program_tests pictures)
endif()
foreach(name ${program_tests})
  add_test(NAME program.${name} COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/test_${name}.py")
  set_tests_properties(program.${name} PROPERTIES
    ENVIRONMENT "PECCARY=$<TARGET_FILE:peccary_program>;PECCARY_UPLOT=$<TARGET_PROPERTY:peccary_program,PECCARY_UPLOT>;PECCARY_SANITIZER=${PECCARY_SANITIZER};PYTHONDONTWRITEBYTECODE=1"
    TIMEOUT 600)
endforeach()
