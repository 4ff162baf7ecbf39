#!/usr/bin/env bash
# Every include in include/cornu/ and src/ obeys layering.txt, and public headers stay light.
# usage: layering.sh ROOT
set -euo pipefail
table=$(cd "$(dirname "$0")" && pwd)/layering.txt
cd "$1"
mapfile -t files < <(find include/cornu src \( -name '*.hpp' -o -name '*.cpp' \) | sort)

awk '
  FILENAME == ARGV[1] {
    if (/^[a-z]/) { split($0, part, ":"); known[part[1]] = 1; allowed[part[1]] = part[2] " " }
    next
  }
  FNR == 1 {
    public = FILENAME ~ /^include\//
    name = FILENAME; sub(/^(include\/cornu|src)\//, "", name)
    folder = name ~ /\// ? substr(name, 1, index(name, "/") - 1) : ""   # "": an umbrella header
    if (folder != "" && !(folder in known))
      complain("the folder " folder " is not in tests/house/layering.txt; add what it may include")
  }
  function complain(text) { print FILENAME ":" FNR ": " text; bad = 1 }

  /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    path = $0; sub(/^[^<"]*[<"]/, "", path); sub(/[>"].*/, "", path)
    if (path ~ /^\.\./) complain(path ": write the path from include/ or src/")
    if (public && FILENAME != "include/cornu/eigen.hpp" && (path ~ /^(Eigen|unsupported|hwy)\// ||
        path ~ /^(iostream|fstream|sstream|filesystem|regex|functional|omp\.h|cornu\/eigen\.hpp)$/))
      complain("public headers may not include " path ": every user would compile it. Move it to src/")
    if (public && $0 ~ /"/ && path !~ /^cornu\//) complain(path ": public headers include \"cornu/...\"")

    target = path; sub(/^cornu\//, "", target)
    if (target == "cornu.hpp" && folder != "" && folder != "cli") complain("the umbrella header is for users only")
    sub(/\.hpp$/, "/", target)                                            # layers.hpp is part of layers
    target = target ~ /\// ? substr(target, 1, index(target, "/") - 1) : ""
    if (folder != "" && target in known && target != folder && index(allowed[folder], " " target " ") == 0)
      complain(folder " may not include " path ". It may include:" allowed[folder])
  }
  END { exit bad }
' "$table" "${files[@]}"
echo "layering: ${#files[@]} files are good"
