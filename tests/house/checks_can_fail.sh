#!/usr/bin/env bash
# The checks of this folder on samples that break the rules: each must fail and say why.
# usage: checks_can_fail.sh WORK COMPILER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) work=$1 compiler=$2
rm -rf "$work"

failures=0
must_fail() {  # EXPECTED_TEXT COMMAND...
  local text=$1 out; shift
  if out=$("$@" 2>&1); then
    echo "accepted, but should fail with '$text': $*"; failures=1
  elif ! grep -qF -- "$text" <<< "$out"; then
    echo "fails without saying '$text': $*"; echo "$out"; failures=1
  fi
}
must_pass() { local out; out=$("$@" 2>&1) || { echo "refused: $*"; echo "$out"; failures=1; }; }

new_tree() { tree=$work/$1; mkdir -p "$tree"/{include/cornu/{core,kernels,layers},src/core}; }
put() { mkdir -p "$(dirname "$tree/$1")"; printf '%s\n' "${@:2}" > "$tree/$1"; }

new_tree good
put include/cornu/core/a.hpp '#pragma once' 'inline int a() { return 1; }'
put include/cornu/cornu.hpp '#pragma once' '#include "cornu/core/a.hpp"'
put README.md '```cpp' '#include <cornu/cornu.hpp>' 'int x = a();' '```' 'and' '```cpp' 'x += a();' '```'
must_pass "$here/layering.sh" "$tree"
must_pass "$here/sizes.sh" "$tree" /dev/null
must_pass "$here/headers.sh" "$tree" "$work/o1" "$compiler"
must_pass "$here/readme.sh" "$tree/README.md" "$tree/include" "$work/o2" "$compiler"

new_tree upwards
put include/cornu/kernels/k.hpp '#include "cornu/layers/l.hpp"'
must_fail 'kernels may not include cornu/layers/l.hpp' "$here/layering.sh" "$tree"
new_tree upwards_in_src
put src/core/c.cpp '  #  include "kernels/k.hpp"  // why not'
must_fail 'core may not include kernels/k.hpp' "$here/layering.sh" "$tree"
new_tree registry
put src/core/c.cpp '#include "cornu/layers.hpp"'
must_fail 'core may not include cornu/layers.hpp' "$here/layering.sh" "$tree"
new_tree strange_folder
put src/misc/c.cpp 'int x;'
must_fail 'the folder misc is not in' "$here/layering.sh" "$tree"
for header in Eigen/Dense iostream functional hwy/highway.h omp.h cornu/eigen.hpp; do
  new_tree heavy
  put include/cornu/core/c.hpp "#include <$header>"
  must_fail "may not include $header" "$here/layering.sh" "$tree"
done
new_tree umbrella_inside
put src/core/c.cpp '#include "cornu/cornu.hpp"'
must_fail 'for users only' "$here/layering.sh" "$tree"

new_tree long
seq 251 | sed 's/.*/int x&;/' > "$tree/include/cornu/core/long.hpp"
must_fail 'core/long.hpp: 251 lines' "$here/sizes.sh" "$tree" /dev/null
echo 'include/cornu/core/long.hpp 251' > "$work/no_reason"
must_fail 'without a reason' "$here/sizes.sh" "$tree" "$work/no_reason"
echo 'include/cornu/core/long.hpp 251 a table' > "$work/reason"
must_pass "$here/sizes.sh" "$tree" "$work/reason"
echo 'include/cornu/core/gone.hpp 300 a table' >> "$work/reason"
must_fail 'no longer needs' "$here/sizes.sh" "$tree" "$work/reason"

new_tree not_alone
put include/cornu/core/a.hpp '#pragma once' 'inline std::string a;'
must_fail 'cornu/core/a.hpp does not compile alone' "$here/headers.sh" "$tree" "$work/o3" "$compiler"
new_tree twice
put include/cornu/core/a.hpp 'struct A {};'
must_fail 'cornu/core/a.hpp does not compile alone' "$here/headers.sh" "$tree" "$work/o4" "$compiler"
new_tree quarrel
put include/cornu/core/a.hpp '#pragma once' 'enum class Average { mean };'
put include/cornu/core/b.hpp '#pragma once' 'struct Average {};'
must_fail 'do not compile together' "$here/headers.sh" "$tree" "$work/o10" "$compiler"
new_tree unreached
put include/cornu/core/a.hpp '#pragma once'
put include/cornu/cornu.hpp '#pragma once'
must_fail 'does not reach cornu/core/a.hpp' "$here/headers.sh" "$tree" "$work/o5" "$compiler"
new_tree heavy_umbrella
put include/cornu/cornu.hpp '#pragma once' '#include <iostream>'
must_fail '/iostream' "$here/headers.sh" "$tree" "$work/o6" "$compiler"

must_fail 'more than 0.001 s' "$here/compile_budget.sh" "$work/good/include" "$work/o7" "$compiler" cornu/cornu.hpp 0.001
must_fail 'more than 0.01 times' \
  "$here/compile_budget.sh" "$work/good/include" "$work/o7" "$compiler" cornu/cornu.hpp 100 0.01
must_fail 'does not compile' "$here/compile_budget.sh" "$work/not_alone/include" "$work/o7" "$compiler" cornu/core/a.hpp

tree=$work/good
put README.md '```cpp' '#include <cornu/cornu.hpp>' 'int x = a();' '```' 'and' '```cpp' 'x += no_such_name();' '```'
must_fail 'no_such_name' "$here/readme.sh" "$tree/README.md" "$tree/include" "$work/o8" "$compiler"
put README.md 'no code'
must_fail 'no ```cpp block' "$here/readme.sh" "$tree/README.md" "$tree/include" "$work/o9" "$compiler"

mkdir -p "$work/cases"
echo 'int main() { return 0; }' > "$work/cases/compiles_good.cpp"
printf '// expect: no such name\nint main() { return 0; }\n' > "$work/cases/bad.cpp"
must_fail 'bad.cpp compiles' "$here/../compile_fail/run.sh" "$work/cases" "$work/good/include" "$compiler"
printf '// expect: another text\nint main() { return nothing; }\n' > "$work/cases/bad.cpp"
must_fail 'does not say' "$here/../compile_fail/run.sh" "$work/cases" "$work/good/include" "$compiler"
printf '// expect: nothing\nint main() { return nothing; }\n' > "$work/cases/bad.cpp"
must_pass "$here/../compile_fail/run.sh" "$work/cases" "$work/good/include" "$compiler"
echo 'int main() { return nothing; }' > "$work/cases/compiles_good.cpp"
must_fail 'compiles_good.cpp does not compile' "$here/../compile_fail/run.sh" "$work/cases" "$work/good/include" "$compiler"
rm "$work/cases/compiles_good.cpp"
must_fail 'no control case' "$here/../compile_fail/run.sh" "$work/cases" "$work/good/include" "$compiler"

[ $failures = 1 ] || echo "every check can fail"
exit $failures
