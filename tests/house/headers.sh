#!/usr/bin/env bash
# Every public header compiles alone and with all others, may be included twice, and comes with <cornu/cornu.hpp>.
# usage: headers.sh ROOT WORK COMPILER
set -euo pipefail
root=$1 work=$2 compiler=$3
mkdir -p "$work"
cd "$root/include"
mapfile -t headers < <(find cornu -name '*.hpp' -not -path cornu/eigen.hpp | sort)

export compiler work root
compile_alone() {
  local object=$work/${1//\//_}
  printf '#include <%s>\n#include <%s>\n' "$1" "$1" > "$object.cpp"
  ${cache:-} "$compiler" -std=c++20 -Wall -Wextra -Werror -I "$root/include" -c "$object.cpp" -o "$object.o" \
    > "$object.log" 2>&1 || { echo "$1 does not compile alone:"; head -n 20 "$object.log"; return 1; }
}
export -f compile_alone
command -v ccache >/dev/null && export cache=ccache
bad=0
printf '%s\0' "${headers[@]}" | xargs -0 -n 1 -P 2 bash -c 'compile_alone "$1" || exit 1' _ || bad=1

# All together: two headers may each compile alone and define the same name.
printf '#include <%s>\n' "${headers[@]}" > "$work/together.cpp"
"$compiler" -std=c++20 -fsyntax-only -I . "$work/together.cpp" || { echo "these headers do not compile together"; bad=1; }

if [ -e cornu/cornu.hpp ]; then
  "$compiler" -std=c++20 -I . -M cornu/cornu.hpp | tr -s ' \\' '\n' > "$work/reached"
  for header in "${headers[@]}"; do
    # `using namespace cornu` beside GoogleTest would make its `testing::` ambiguous: included by name only.
    case $header in cornu/testing/*) continue ;; esac
    grep -qxE "(\./)?$header" "$work/reached" || { echo "cornu/cornu.hpp does not reach $header; include it there"; bad=1; }
  done
  if grep -E '/(Eigen/|hwy/|omp\.h$|iostream$|fstream$|sstream$|filesystem$|regex$)' "$work/reached"; then
    echo "cornu/cornu.hpp brings these in; every user would compile them"
    bad=1
  fi
fi
[ $bad = 1 ] || echo "headers: ${#headers[@]} are good"
exit $bad
