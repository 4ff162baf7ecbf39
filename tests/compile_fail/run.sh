#!/usr/bin/env bash
# Mistakes must not compile, and the compiler must name the mistake. One .cpp a case: `// expect: TEXT` lines are what
# the first lines of the message must hold. compiles_*.cpp are the control: the same code without the mistake.
# usage: run.sh CASES INCLUDE_DIR COMPILER
set -uo pipefail
cases=$1 include=$2 compiler=$3

bad=0 controls=0 count=0
for file in "$cases"/*.cpp; do
  name=$(basename "$file") count=$((count + 1))
  message=$(LC_ALL=C "$compiler" -std=c++20 -fsyntax-only -I "$include" "$file" 2>&1)
  status=$?
  case $name in
    compiles_*)
      controls=$((controls + 1))
      [ $status = 0 ] || { printf '%s does not compile:\n%s\n' "$name" "$message"; bad=1; }
      continue ;;
  esac
  [ $status != 0 ] || { echo "$name compiles, and should not"; bad=1; continue; }
  expected=$(sed -n 's,^// expect: ,,p' "$file")
  [ -n "$expected" ] || { echo "$name: no '// expect: ' line"; bad=1; }
  while read -r text; do
    head -n 12 <<< "$message" | grep -qF -- "$text" || { printf '%s: the compiler does not say "%s" but:\n%s\n' "$name" "$text" "$message"; bad=1; }
  done <<< "$expected"
done
[ $controls -gt 0 ] || { echo "no control case compiles_*.cpp"; bad=1; }
[ $bad = 1 ] || echo "compile_fail: $count cases are good"
exit $bad
