#!/usr/bin/env bash
# Every ```cpp block of a document compiles against the headers: a block with includes alone, others in a function
# after the blocks before them, so that a document can go on where it stopped.
# usage: readme.sh DOCUMENT INCLUDE_DIR WORK COMPILER
set -euo pipefail
document=$1 include=$2 work=$3 compiler=$4
rm -rf "$work"
mkdir -p "$work"
[ -e "$include/cornu/cornu.hpp" ] || { echo "readme: there is no cornu.hpp yet"; exit 0; }

# Includes and using-directives go to the top, statements into one function a program; a block that includes
# something begins a new program, and a block with a main is a program as it stands.
awk -v work="$work" '
  /^```cpp$/ { inside = 1; block = ""; next }
  /^```/ && inside {
    inside = 0
    whole = block ~ /int main\(/
    n = split(block, line, "\n")
    if (block ~ /#include/ || !file || was_whole) {
      if (file && !was_whole) print "}" > file
      file = work "/program" ++programs ".cpp"
      was_whole = whole
      if (whole) { printf "%s", block > file; next }
      for (i = 1; i <= n; ++i) if (line[i] ~ /^(#include|using namespace)/) print line[i] > file
      print "[[maybe_unused]] static void document() {" > file
    }
    for (i = 1; i <= n; ++i) if (line[i] !~ /^(#include|using namespace)/) print line[i] > file
    next
  }
  inside { block = block $0 "\n" }
  END { if (file && !was_whole) print "}" > file }
' "$document"

bad=0
for program in "$work"/program*.cpp; do
  [ -e "$program" ] || { echo "$document: no \`\`\`cpp block"; exit 1; }
  "$compiler" -std=c++20 -Wall -Wextra -fsyntax-only -I "$include" "$program" || bad=1
done
[ $bad = 1 ] || echo "readme: $document compiles"
exit $bad
