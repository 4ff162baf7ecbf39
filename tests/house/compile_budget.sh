#!/usr/bin/env bash
# A program that includes a header compiles in a bounded time (without ccache), and in a bounded multiple of what
# three standard headers take, which keeps the check honest on slow and on fast machines.
# usage: compile_budget.sh INCLUDE_DIR WORK COMPILER [HEADER] [SECONDS] [RATIO]
set -euo pipefail
include=$1 work=$2 compiler=$3 header=${4:-cornu/cornu.hpp} seconds=${5:-2} ratio=${6:-3}
mkdir -p "$work"
[ -e "$include/$header" ] || { echo "compile budget: there is no $header yet"; exit 0; }
printf '#include <string>\n#include <vector>\n#include <memory>\nint main() {}\n' > "$work/base.cpp"
printf '#include <%s>\nint main() {}\n' "$header" > "$work/user.cpp"

for file in base user; do
  "$compiler" -std=c++20 -I "$include" -fsyntax-only "$work/$file.cpp" || { echo "<$header> does not compile"; exit 1; }
done

TIMEFORMAT='%U %S'
cpu_ms() {  # FILE: processor time of one run, which other work on the machine disturbs little
  { time CCACHE_DISABLE=1 "$compiler" -std=c++20 -O2 -I "$include" -c "$1" -o "$work/out.o" >&2; } 2>&1 |
    awk 'END { printf "%d", ($1 + $2) * 1000 }'
}
best=1000000 ratios=
for _ in 1 2 3 4 5; do  # in turns, so that a busy moment slows both
  base=$(cpu_ms "$work/base.cpp") user=$(cpu_ms "$work/user.cpp")
  ratios+="$((100 * user / base)) "
  if [ "$user" -lt "$best" ]; then best=$user; fi
done
percent=$(tr ' ' '\n' <<< "$ratios" | sort -n | sed -n 4p)  # the median: the first line is empty
echo "compile budget: <$header> $best ms, percent of <string> <vector> <memory>: $ratios"
awk -v user="$best" -v percent="$percent" -v limit="$seconds" -v ratio="$ratio" 'BEGIN {
  if (user > 1000 * limit) { print "more than " limit " s"; exit 1 }
  if (percent > 100 * ratio) { print "more than " ratio " times"; exit 1 } }'
